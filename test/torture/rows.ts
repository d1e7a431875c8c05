import type { Row } from './row.ts';
import { wirings } from './wirings.ts';

/** Every row of the table. */
export const rows: readonly Row[] = [wirings];
