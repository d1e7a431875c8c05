import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { UserError } from '../../errors.ts';
import { unlessMissing } from '../system-errors.ts';
import { pathsProblem } from './check-paths.ts';
import { type Layout, stagingOf } from './layout.ts';

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const path = z.string();

const journalSchema = z.strictObject({
  format: z.literal(1),
  id: z.string().check(z.regex(/^\d{1,9}-[0-9a-f]{8}$/)),
  command: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** Folders to create, the outer before the inner. */
  made: z.array(path),
  /** Folders to remove once they are empty, the inner before the outer. */
  pruned: z.array(path),
  targets: z.array(
    z.strictObject({
      path,
      before: z.optional(sha256),
      after: z.optional(sha256),
      /** The permissions of the old file. */
      mode: z.optional(z.number().check(z.gte(0), z.lte(0o7777))),
    }),
  ),
});

/** The record of a transaction. The staged bytes of its n-th target are in `new/n` and `old/n`. */
export type Journal = z.infer<typeof journalSchema>;

/** A file that a transaction changes. Hashes are sha256 in hex; undefined means no file. */
export type Target = Journal['targets'][number];

/** A target and its index in the journal. */
export type NumberedTarget = { readonly target: Target; readonly n: number };

/** Returns the targets with their indexes. */
export function numberedTargets({ targets }: Journal): readonly NumberedTarget[] {
  return targets.map((target, n) => ({ target, n }));
}

const folderName = /^tx-((\d{1,9})-[0-9a-f]{8})$/;

/** Returns the transaction ids among the names of `.12-factor/tmp`, the newest first. */
export function idsIn(names: readonly string[]): readonly string[] {
  const ids = names.flatMap((name) => folderName.exec(name)?.[1] ?? []);
  return ids.toSorted((a, b) => Number.parseInt(b) - Number.parseInt(a));
}

/** Returns an id that is newer than all others. */
export async function nextId({ tmp }: Layout): Promise<string> {
  const [newest = '0'] = idsIn(await readdir(tmp));
  return `${Number.parseInt(newest) + 1}-${randomBytes(4).toString('hex')}`;
}

/**
 * Reads a journal. Undefined if the file is missing.
 * @throws UserError if this tool cannot have written it
 */
export async function readJournal(file: string): Promise<Journal | undefined> {
  const text = await unlessMissing(readFile(file, 'utf8'));
  if (text === undefined) return undefined;
  const journal = parseJournal(text);
  if (journal !== undefined) return journal;
  throw new UserError(`${file} is damaged.`, {
    code: 'conflict',
    hint: 'Move it away, then check your files.',
  });
}

function parseJournal(text: string): Journal | undefined {
  try {
    const journal = z.parse(journalSchema, JSON.parse(text));
    // A cloned repository may contain a journal. It must not write where a plan could not.
    const problem = pathsProblem(journal.targets, [...journal.made, ...journal.pruned]);
    return problem === undefined ? journal : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the newest completed transaction. @throws UserError if its record is damaged */
export async function lastCompleted(layout: Layout): Promise<Journal | undefined> {
  for (const id of idsIn((await unlessMissing(readdir(layout.tmp))) ?? [])) {
    const journal = await readJournal(stagingOf(layout, id).done);
    if (journal) return journal;
  }
  return undefined;
}
