import { chooseRows } from '../test/support/choose-rows.ts';
import type { Figure } from './figures.ts';
import type { Ground } from './measure.ts';

/** A part of the bench. `peers` are the packages in bench/package.json that it runs. */
export type Row = {
  readonly name: string;
  readonly about: string;
  readonly peers: readonly string[];
  /** It takes so long that it is measured only if `--row` names it. */
  readonly isLong?: boolean;
  /** Why it cannot be measured on this machine, if so: then it is left out, and that is no failure. */
  absent?(): string | undefined;
  measure(ground: Ground): Promise<readonly Figure[]>;
};

/** The rows of these names; without names, all but the long ones. @throws if there is no such row */
export function rowsToMeasure<R extends Pick<Row, 'name' | 'isLong'>>(
  rows: readonly R[],
  names?: readonly string[],
): readonly R[] {
  const chosen = chooseRows(rows, names);
  return names ? chosen : chosen.filter(({ isLong }) => !isLong);
}
