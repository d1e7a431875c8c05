import type { Row } from './row.ts';
import { merges } from './merges.ts';
import { wirings } from './wirings.ts';

/** Every row of the table. */
export const rows: readonly Row[] = [merges, wirings];
