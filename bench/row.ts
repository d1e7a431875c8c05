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
