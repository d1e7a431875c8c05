import type { Host } from '../host.ts';
import { frameworkHosts, sliceHosts } from './frameworks.ts';
import { generatedHosts } from './generated.ts';
import { habitHosts } from './habits.ts';

/** Every host of the table. */
export const hosts: readonly Host[] = [
  ...generatedHosts,
  ...sliceHosts,
  ...frameworkHosts,
  ...habitHosts,
];
