import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { UserError } from '../../errors.ts';
import { unlessMissing } from '../system-errors.ts';
import { pathsProblem } from './check-paths.ts';

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const path = z.string();

const journal = z.strictObject({
  format: z.literal(1),
  id: z.string().check(z.regex(/^\d{1,9}-[0-9a-f]{8}$/)),
  command: z.string(),
  at: z.string(),
  /** Folders that were not there, the outer before the inner. */
  made: z.array(path),
  /** Folders that go once they hold nothing, the inner before the outer. */
  pruned: z.array(path),
  targets: z.array(
    z.strictObject({
      path,
      before: z.optional(sha256),
      after: z.optional(sha256),
      /** The permissions of what was there. */
      mode: z.optional(z.number().check(z.gte(0), z.lte(0o7777))),
    }),
  ),
});

/** What a transaction does. Its n-th target's new bytes are staged as `new/n`, its old ones kept as `old/n`. */
export type Journal = z.infer<typeof journal>;

/** One file that a transaction changes; hashes are sha256, hex, and `undefined` is no file. */
export type Target = Journal['targets'][number];

/** Where the tool keeps what one run needs; `journal` and `rollback` are there only while one is at work. */
export type Places = {
  readonly root: string;
  readonly own: string;
  readonly tmp: string;
  readonly ignore: string;
  readonly lock: string;
  readonly journal: string;
  readonly rollback: string;
};

export function placesOf(folder: string): Places {
  const root = resolve(folder);
  const own = join(root, '.12-factor');
  const tmp = join(own, 'tmp');
  const [ignore, lock] = [join(tmp, '.gitignore'), join(tmp, 'lock')];
  return {
    root,
    own,
    tmp,
    ignore,
    lock,
    journal: join(tmp, 'journal.json'),
    rollback: join(tmp, 'rollback.json'),
  };
}

/** The files of one transaction: `prepared` becomes the journal, and the journal `done`, which `undo` reads. */
export function stagingOf({ tmp }: Places, id: string) {
  const folder = join(tmp, `tx-${id}`);
  const [fresh, old] = [join(folder, 'new'), join(folder, 'old')];
  return {
    folder,
    fresh,
    old,
    newAt: (n: number) => join(fresh, String(n)),
    oldAt: (n: number) => join(old, String(n)),
    prepared: join(folder, 'journal.json'),
    turned: join(folder, 'rollback.json'),
    done: join(folder, 'done'),
  };
}

/** The name next to a target by which its bytes come from another disk. */
export function besideOf({ root }: Places, { id }: Journal, n: number, path: string): string {
  return join(root, dirname(path), `.12-factor-${id}-${n}`);
}

const txName = /^tx-((\d{1,9})-[0-9a-f]{8})$/;

/** The ids of what is in the folder, the newest first. */
export function idsIn(names: readonly string[]): readonly string[] {
  const ids = names.flatMap((name) => txName.exec(name)?.[1] ?? []);
  return ids.toSorted((a, b) => Number.parseInt(b) - Number.parseInt(a));
}

/** An id that sorts before all others. */
export async function nextId({ tmp }: Places): Promise<string> {
  const [newest = '0'] = idsIn(await readdir(tmp));
  return `${Number.parseInt(newest) + 1}-${randomBytes(4).toString('hex')}`;
}

/** Reads a journal; `undefined` where there is none. @throws UserError when it is not one that this tool wrote */
export async function readJournal(file: string): Promise<Journal | undefined> {
  const text = await unlessMissing(readFile(file, 'utf8'));
  if (text === undefined) return undefined;
  try {
    const found = z.parse(journal, JSON.parse(text));
    // It may have come with a repository: it leads no further than a plan of ours.
    const problem = pathsProblem(found.targets, [...found.made, ...found.pruned]);
    if (problem === undefined) return found;
  } catch {
    // Said below.
  }
  throw new UserError(`${file} is damaged.`, {
    code: 'conflict',
    hint: 'Move it away and look at what changed.',
  });
}

/** The newest transaction that was finished; `undefined` where there is none. @throws UserError when it is damaged */
export async function lastDone(places: Places): Promise<Journal | undefined> {
  for (const id of idsIn((await unlessMissing(readdir(places.tmp))) ?? [])) {
    const found = await readJournal(stagingOf(places, id).done);
    if (found) return found;
  }
  return undefined;
}
