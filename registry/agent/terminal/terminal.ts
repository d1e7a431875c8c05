import type { Agent } from '../parts.ts';
import type { Store } from '../store/store.ts';
import { narrate } from './narrate.ts';
import { observed } from './observed.ts';
import type { Screen } from './screen.ts';

/** A person at a screen with an agent: what all commands work on. */
export type Terminal = {
  /** Whatever is saved or found in its store is printed, once. */
  readonly agent: Agent;
  /** The same store, to look into without printing. */
  readonly store: Store;
  readonly screen: Screen;
  /** Who types. */
  readonly me: string;
  /** ms between two looks at what others do. */
  readonly lookEveryMs: number;
};

/** The channel on messages from here. */
export const channel = 'terminal';

/** Puts an agent on a screen. */
export function atTerminal(agent: Agent, screen: Screen, me: string, lookEveryMs = 500): Terminal {
  const store = observed(agent.store, (...seen) => narrate(screen, ...seen));
  return { agent: { ...agent, store }, store: agent.store, screen, me, lookEveryMs };
}
