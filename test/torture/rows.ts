import { agentKills } from './agent/kills.ts';
import { agentRaces } from './agent/races.ts';
import { benches } from './benches.ts';
import { fuzz } from './fuzz.ts';
import { hostile } from './hostile.ts';
import { kills } from './kills.ts';
import { merges } from './merges.ts';
import type { Row } from './row.ts';
import { sequences } from './sequences.ts';
import { wirings } from './wirings.ts';

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
];
