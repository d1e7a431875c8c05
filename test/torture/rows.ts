import { agentKills } from './agent/kills.ts';
import { agentOutages } from './agent/outages.ts';
import { agentRaces } from './agent/races.ts';
import { benches } from './transaction/benches.ts';
import { engineRows } from './engines/rows.ts';
import { fuzz } from './fuzz/fuzz.ts';
import { hostile } from './hostile/hostile.ts';
import { kills } from './transaction/kills.ts';
import { merges } from './merges/merges.ts';
import type { Row } from './row.ts';
import { sequences } from './sequences/sequences.ts';
import { wirings } from './wiring/wirings.ts';

/** Every row of the table. */
export const rows: readonly Row[] = [
  kills,
  benches,
  merges,
  wirings,
  sequences,
  hostile,
  fuzz,
  agentKills,
  agentRaces,
  agentOutages,
  ...engineRows,
];
