import { dirname, join, resolve } from 'node:path';

/** The paths of the tool's own files in a project. All are absolute. */
export type Layout = {
  readonly root: string;
  /** `.12-factor` */
  readonly own: string;
  /** `.12-factor/tmp` */
  readonly tmp: string;
  readonly ignore: string;
  readonly lock: string;
  /** Exists from the commit point of a transaction until it is completed. */
  readonly journal: string;
  /** Exists while a transaction is rolled back. */
  readonly rollback: string;
};

export function layoutOf(folder: string): Layout {
  const root = resolve(folder);
  const own = join(root, '.12-factor');
  const tmp = join(own, 'tmp');
  return {
    root,
    own,
    tmp,
    ignore: join(tmp, '.gitignore'),
    lock: join(tmp, 'lock'),
    journal: join(tmp, 'journal.json'),
    rollback: join(tmp, 'rollback.json'),
  };
}

/** The paths of one transaction's folder. All are absolute. */
export type Staging = {
  readonly folder: string;
  readonly newFolder: string;
  readonly oldFolder: string;
  readonly resultFolder: string;
  /** The new bytes of the n-th target. */
  readonly newAt: (n: number) => string;
  /** The old bytes of the n-th target. */
  readonly oldAt: (n: number) => string;
  /** A copy of the new bytes of the n-th target, if it has old ones: `undo` merges with it. */
  readonly resultAt: (n: number) => string;
  /** The journal before the commit point. */
  readonly preparedJournal: string;
  /** The journal of a rollback before it starts. */
  readonly preparedRollback: string;
  /** The journal of a completed transaction. */
  readonly done: string;
};

export function stagingOf({ tmp }: Layout, id: string): Staging {
  const folder = join(tmp, `tx-${id}`);
  const newFolder = join(folder, 'new');
  const oldFolder = join(folder, 'old');
  const resultFolder = join(folder, 'result');
  return {
    folder,
    newFolder,
    oldFolder,
    resultFolder,
    newAt: (n) => join(newFolder, String(n)),
    oldAt: (n) => join(oldFolder, String(n)),
    resultAt: (n) => join(resultFolder, String(n)),
    preparedJournal: join(folder, 'journal.json'),
    preparedRollback: join(folder, 'rollback.json'),
    done: join(folder, 'done'),
  };
}

/**
 * Returns the temporary file beside the n-th target. Bytes from another disk are copied there, so
 * that the last step is still a rename.
 */
export function siblingOf({ root }: Layout, id: string, n: number, path: string): string {
  return join(root, dirname(path), `.12-factor-${id}-${n}`);
}
