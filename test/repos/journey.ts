import { mkdir, readFile, realpath, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import semver from 'semver';
import type { Host } from './host.ts';
import { countFindings } from './own-checks.ts';
import { editAgent, removeEdited, removeUnedited, updateAgent } from './owning.ts';
import type { Play, Step } from './play.ts';
import { hostEnv } from './shell.ts';
import { addAgent, makeHost } from './steps.ts';
import { treeOf } from './trees.ts';

/** How one host went. */
export type Row = {
  readonly host: string;
  readonly typescript: string;
  /** Errors that the host's own checks report before and after `add`. */
  readonly before: string;
  readonly after: string;
  readonly add: string;
  readonly update: string;
  readonly undo: string;
  readonly remove: string;
  readonly seconds: string;
  readonly verdict: 'pass' | 'FAIL';
};

export type Played = { readonly row: Row; readonly problems: readonly string[] };

/** Figures and verdicts of the steps that a host came to. */
type Told = {
  typescript: string;
  before: string;
  after: string;
  add: string;
  update: string;
  undo: string;
  remove: string;
};

// Node reads SQLite without a flag from 22.13 on.
const hasSqlite = semver.gte(process.versions.node, '22.13.0');
const components = ['agent', 'server', hasSqlite ? 'store-sqlite' : 'store-file'];

/** What all hosts of a run share. */
export type Setting = {
  /** A registry of the next version. */
  readonly next: string;
  /** The folder in which the hosts are made. */
  readonly scratch: string;
  /** Leaves the folders of the hosts, to look at them. */
  readonly isKept: boolean;
};

/** Plays a host from its first commit to the removal of the agent. */
export async function playHost(host: Host, { next, scratch, isKept }: Setting): Promise<Played> {
  const began = Date.now();
  const folder = join(await realpath(scratch), host.name);
  await mkdir(folder, { recursive: true });
  const top = join(folder, 'host');
  const env = await hostEnv(host.manager);
  const play: Play = { host, next, top, root: join(top, host.at ?? '.'), env, problems: [] };
  const told: Told = {
    typescript: '-',
    before: '-',
    after: '-',
    add: '-',
    update: '-',
    undo: '-',
    remove: '-',
  };
  try {
    await playSteps(play, folder, told);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    play.problems.push({ step: 'host', text: `the harness stopped: ${text}` });
  } finally {
    if (!isKept) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  const problems = play.problems.map(({ step, text }) => `${step}: ${text}`);
  const seconds = String(Math.round((Date.now() - began) / 1000));
  const row: Row = {
    host: host.name,
    ...told,
    seconds,
    verdict: problems.length === 0 ? 'pass' : 'FAIL',
  };
  return { row, problems: isKept ? [...problems, `kept: ${top}`] : problems };
}

async function playSteps(play: Play, folder: string, told: Told): Promise<void> {
  const before = await makeHost(play, folder);
  told.typescript = await typescriptOf(play);
  told.before = String(countFindings(before));
  const first = await treeOf(play.top);
  const added = await addAgent(play, components, before);
  told.after = String(added.errors);
  told.add = verdictOf(play, 'add', added.verdict);
  if (added.verdict === 'refused') return;
  await editAgent(play);
  await updateAgent(play, before);
  told.update = verdictOf(play, 'update', 'ok');
  await removeEdited(play, before);
  await removeUnedited(play, first, added.changed);
  told.remove = verdictOf(play, 'remove', 'ok');
  told.undo = verdictOf(play, 'undo', 'ok');
}

function verdictOf({ problems }: Play, step: Step, good: string): string {
  const count = problems.filter((one) => one.step === step).length;
  return count === 0 ? good : `${count} wrong`;
}

async function typescriptOf({ root }: Play): Promise<string> {
  const path = createRequire(join(root, 'package.json')).resolve('typescript/package.json');
  return (JSON.parse(await readFile(path, 'utf8')) as { version: string }).version;
}
