import type { Change, Lock, LockedFile, Merge, Plan, Project, Sides, Verdict, Wanted, WantedFile } from '../types.ts';
import configSchema from './config-schema.json' with { type: 'json' };
import { hash } from './hash.ts';
import { editEnvExample, editGitignore } from './keyed-lines.ts';
import { editPackageJson, missingPackages } from './package-json.ts';
import { reconcile } from './reconcile.ts';

/** What the tool keeps for itself, by path from the root. */
const own = {
  config: '12-factor.json',
  lock: '.12-factor/lock.json',
  schema: '.12-factor/schema.json',
  attributes: '.12-factor/.gitattributes',
  base: (sha256: string): string => `.12-factor/base/${sha256}`,
};

// Without it `core.autocrlf` would change the bytes of the pristine copies, and a diff would show each of them.
const attributes = 'base/** -text -diff linguist-generated\n';

/** Compares what should be with what is there, and lists every write; nothing is read or written here. */
export async function plan(wanted: Wanted, project: Project, merge: Merge): Promise<Plan> {
  const files = await Promise.all(wanted.files.map((file) => decide(file, project, merge)));
  const lock = lockOf(wanted, files);
  const changes = [
    ...files.map(({ change }) => change),
    ...sharedChanges(wanted, project),
    ...ownChanges(wanted, project, lock),
  ];
  const packageJson = project.disk.get('package.json') ?? wanted.packageJson.start;
  return { changes, lock, install: missingPackages(packageJson, wanted.packageJson.add), nextSteps: wanted.nextSteps };
}

type Decided = { readonly file: WantedFile; readonly change: Change; readonly before: LockedFile | undefined };

async function decide(file: WantedFile, project: Project, merge: Merge): Promise<Decided> {
  const before = project.lock?.files[file.path];
  const mine = project.disk.get(file.path);
  const sides: Sides = {
    known: before !== undefined,
    base: before && project.bases.get(before.base),
    mine,
    theirs: file.text,
  };
  const verdict = await (file.role === 'seed' ? seed(sides) : reconcile(sides, merge));
  return { file, before, change: { ...verdict, path: file.path, role: file.role } };
}

/** A seed is written once: whatever is there, or was and is no more, is the user's. */
function seed({ known, mine, theirs }: Sides): Verdict {
  if (known) return { kind: 'keep-mine' };
  if (mine === undefined && theirs !== undefined) return { kind: 'create', text: theirs };
  return mine === theirs ? { kind: 'unchanged' } : { kind: 'keep-mine', why: 'it was there before' };
}

function lockOf(wanted: Wanted, decided: readonly Decided[]): Lock {
  const entry = ({ file, change, before }: Decided): readonly [string, LockedFile][] => {
    // What was never ours is not taken into the lock: a later command must not think it is.
    if (change.kind === 'conflict' || (change.role === 'seed' && change.kind === 'keep-mine'))
      return before ? [[file.path, before]] : [];
    const written = 'text' in change ? hash(change.text) : (before?.written ?? hash(file.text));
    return [[file.path, { owner: file.owner, role: file.role, base: hash(file.text), written }]];
  };
  const entries = decided.flatMap(entry).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { ...wanted.lock, files: Object.fromEntries(entries) };
}

function sharedChanges(wanted: Wanted, { disk }: Project): readonly Change[] {
  const edits = [
    edit('package.json', disk, wanted.packageJson.start, (text) => editPackageJson(text, named(wanted, disk))),
    edit('.env.example', disk, wanted.envExample.start, (text) => editEnvExample(text, wanted.envExample.add)),
    edit('.gitignore', disk, wanted.gitignore.start, (text) => editGitignore(text, wanted.gitignore.add)),
  ];
  return edits.filter((change) => change !== undefined);
}

function named({ packageJson }: Wanted, disk: Project['disk']): Wanted['packageJson']['add'] {
  return disk.has('package.json') ? { ...packageJson.add, name: undefined } : packageJson.add;
}

function edit(
  path: string,
  disk: Project['disk'],
  start: string,
  change: (text: string) => string,
): Change | undefined {
  const mine = disk.get(path);
  const text = change(mine ?? start);
  if (mine === undefined) return text === '' ? undefined : { kind: 'create', path, role: 'shared', text };
  return text === mine ? { kind: 'unchanged', path, role: 'shared' } : { kind: 'merged', path, role: 'shared', text };
}

function ownChanges(wanted: Wanted, { disk, bases }: Project, lock: Lock): readonly Change[] {
  const pristine = new Map(wanted.files.map((file) => [hash(file.text), file.text]));
  const used = new Set(Object.values(lock.files).map((file) => file.base));
  const blobs = [...pristine].filter(([sha256]) => used.has(sha256) && !bases.has(sha256));
  const config = disk.get(own.config) ?? json({ $schema: `./${own.schema}`, ...wanted.config });
  return [
    ...blobs.map(([sha256, text]): Change => ({ kind: 'create', path: own.base(sha256), role: 'own', text })),
    write(own.attributes, attributes, disk),
    write(own.schema, json(configSchema), disk),
    write(own.config, config, disk),
    write(own.lock, json(lock), disk),
  ];
}

function write(path: string, text: string, disk: Project['disk']): Change {
  const mine = disk.get(path);
  if (mine === text) return { kind: 'unchanged', path, role: 'own' };
  return { kind: mine === undefined ? 'create' : 'take-theirs', path, role: 'own', text };
}

function json(value: object): string {
  return JSON.stringify(value, undefined, 2) + '\n';
}
