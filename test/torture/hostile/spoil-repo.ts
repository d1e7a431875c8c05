import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hash } from '../../../src/pipeline/text/hash.ts';
import type { Lock } from '../../../src/pipeline/lock/lock-file.ts';
import { journalText } from '../fuzz/samples.ts';
import { canary, type Vector } from './vector.ts';

const quick = ['--no-install', '--yes'];

/** It is where the configuration says that components are. */
export const asDir =
  (dir: string): Vector['prepare'] =>
  async ({ root }) => {
    await writeFile(join(root, '12-factor.json'), JSON.stringify({ dir }));
    return [
      ['update', '--on-conflict', 'overwrite', ...quick],
      ['add', 'loop', '--on-conflict', 'overwrite', ...quick],
    ];
  };

/** It is where the first components are to go. */
export const asFlag =
  (dir: string): Vector['prepare'] =>
  async ({ root }) => {
    for (const name of ['.12-factor', '12-factor.json', 'src/agent'])
      await rm(join(root, name), { recursive: true });
    return [['add', 'loop', `--dir=${dir}`, '--on-conflict', 'overwrite', ...quick]];
  };

/** It claims to have written the watched file, which its component no longer has: to be deleted. */
export const asLocked =
  (path: string): Vector['prepare'] =>
  async ({ root }) => {
    const file = join(root, '.12-factor/lock.json');
    const lock = JSON.parse(await readFile(file, 'utf8')) as Lock;
    const entry = { owner: 'thread', role: 'source', base: hash(canary), written: hash(canary) };
    await writeFile(file, JSON.stringify({ ...lock, files: { ...lock.files, [path]: entry } }));
    await writeFile(join(root, '.12-factor/base', hash(canary)), canary);
    return [
      ['update', '--on-conflict', 'overwrite', ...quick],
      ['remove', 'tools', 'thread', '--force', ...quick],
    ];
  };

const id = '7-0123abcd';

/** What a killed run would have left, in a repo that was cloned. */
export function asJournal(
  path: string,
  name: 'journal.json' | 'rollback.json' | 'done',
): Vector['prepare'] {
  const isRecord = name === 'done';
  const target = { path, before: hash(canary), after: hash('evil\n') };
  return async ({ root }) => {
    const journal = {
      ...(JSON.parse(journalText()) as object),
      made: [],
      pruned: [],
      targets: [target],
    };
    await stage(root, journal, isRecord ? `tx-${id}/done` : name);
    return isRecord ? [['undo']] : [['status'], ['update', ...quick]];
  };
}

/** Folders that would be made, and taken away again. */
export const asMade =
  (path: string): Vector['prepare'] =>
  async ({ root }) => {
    const journal = {
      ...(JSON.parse(journalText()) as object),
      made: [path],
      pruned: [path],
      targets: [],
    };
    await stage(root, journal, 'journal.json');
    return [['status']];
  };

async function stage(root: string, journal: object, name: string): Promise<void> {
  const folder = join(root, '.12-factor/tmp', `tx-${id}`);
  for (const [part, text] of [
    ['new', 'evil\n'],
    ['old', 'evil\n'],
  ] as const) {
    await mkdir(join(folder, part), { recursive: true });
    await writeFile(join(folder, part, '0'), text);
  }
  await writeFile(join(root, '.12-factor/tmp', name), JSON.stringify(journal));
}

/** A link in the repo that leads to a watched folder or file of the same shape. */
export function links(path: string): readonly Vector[] {
  const isFile = /\.\w+$|lock$/.test(path) && !path.endsWith('.12-factor');
  const prepare =
    (args: readonly string[], copied: boolean): Vector['prepare'] =>
    async ({ root, outside, registry }) => {
      const there = join(outside, isFile ? 'file' : 'folder');
      const own = join(root, path);
      if (copied && isFile) await writeFile(there, await readFile(own, 'utf8').catch(() => canary));
      await rm(own, { recursive: true, force: true });
      await mkdir(dirname(own), { recursive: true });
      await symlink(there, own);
      return [[...args, ...(args[0] === 'update' ? ['--registry', registry] : [])]];
    };
  const commands = [
    ['add', 'loop', ...quick],
    ['update', ...quick, '--on-conflict', 'overwrite'],
    ['remove', 'tools', '--force', ...quick],
  ];
  return [...commands, ['undo'], ['status'], ['doctor']].flatMap((args) =>
    [false, true].map((copied) => ({
      name: `link at ${path}${copied ? ' to the same' : ''}, ${args[0]}`,
      refused: false,
      prepare: prepare(args, copied),
    })),
  );
}
