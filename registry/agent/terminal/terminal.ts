import type { Backend } from './backend.ts';
import type { Screen } from '../screen/screen.ts';

/** A person at a screen with an agent: what all commands work on. */
export type Terminal = { readonly backend: Backend; readonly screen: Screen };
