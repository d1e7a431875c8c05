import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, succeed } from '../support/cli/run.ts';
import { commit, differing, type Files, newRepo, snapshot } from '../support/project/repos.ts';
import { filesUnder } from '../support/project/temp.ts';
import { moveFiles, type Renamed } from '../support/registry/move-files.ts';
import { copyRegistry, identifier, releaseNext } from '../support/registry/next-version.ts';

const renamed: Renamed = {
  'core/loop.ts': 'loop.ts',
  'core/loop.test.ts': 'loop.test.ts',
  'core/errors.ts': 'errors.ts',
  'core/errors.test.ts': 'errors.test.ts',
  'core/thread.ts': 'thread.ts',
  'core/tool.ts': 'tool.ts',
  'core/people.ts': ['human.ts', 'amend.ts'],
  'core/models/model.ts': 'model/model.ts',
  'own/policy.ts': 'policy.ts',
};
const newPathOf = (path: string): string =>
  Object.entries(renamed).find(([, from]) => [from].flat().includes(path))?.[0] ?? path;

const read = (root: string, path: string) => readFile(join(root, path), 'utf8');
const at = (path: string) => `src/agent/${path}`;
const add = (...words: readonly string[]) => ['add', ...words, '--no-install'];
const update = (registry: string, ...words: readonly string[]) => [
  'update',
  ...words,
  '--no-install',
  '--registry',
  registry,
];
const edit = async (root: string, path: string, change: (text: string) => string) =>
  writeFile(join(root, path), change(await read(root, path)));
const append = (root: string, path: string, line = mineIn(path)) =>
  edit(root, path, (text) => `${text}${line}\n`);
const mineIn = (path: string): string => `export const mine_${identifier(path)} = true;`;

const store = realpathSync(mkdtempSync(join(tmpdir(), 'moves-')));
/** Our registry with moved files, and the same after a release that changes every file. */
const registries = { moved: join(store, 'moved'), changed: join(store, 'changed') };

beforeAll(async () => {
  await copyRegistry(registries.moved);
  await moveFiles(registries.moved, renamed);
  await releaseNext(registries.changed);
  await moveFiles(registries.changed, renamed);
});
afterAll(() => rm(store, { recursive: true, force: true }));

/** A repo with an agent that the tool copied, and everything committed. */
async function repoWith(names: readonly string[], files: Files = {}, kind = 'esm') {
  const root = await newRepo(kind, files);
  await succeed(root, ...add(...names));
  await commit(root, 'add');
  return root;
}

/** The texts of the agent, by path in its folder. */
async function agentIn(root: string): Promise<Readonly<Record<string, string>>> {
  const paths = await filesUnder(join(root, 'src/agent'));
  const texts = paths.map(async (path) => [path, await read(root, at(path))] as const);
  return Object.fromEntries(await Promise.all(texts));
}

type Lock = {
  readonly files: Readonly<Record<string, { readonly role: string; readonly owner: string }>>;
  readonly components: Readonly<Record<string, { readonly requestedBy: string }>>;
  readonly slots: Readonly<Record<string, string>>;
};
const lockOf = async (root: string) => JSON.parse(await read(root, '.12-factor/lock.json')) as Lock;
const rolesIn = async (root: string) => {
  const roles = Object.entries((await lockOf(root)).files).map(([path, { role }]) => [path, role]);
  return Object.fromEntries(roles) as Readonly<Record<string, string>>;
};

describe('an update across moves', () => {
  it('of an unedited agent gives what a new one has, once', async () => {
    const root = await repoWith(['agent']);
    await succeed(root, ...update(registries.moved));
    const fresh = await newRepo('esm');
    await succeed(fresh, ...add('agent', '--registry', registries.moved));
    const [updated, added] = [await agentIn(root), await agentIn(fresh)];
    expect(Object.keys(updated)).toEqual(Object.keys(added));
    // What is rendered is from templates that know the old paths.
    const others = Object.keys(updated).filter((path) => !/^(agent|tools)\.ts$/.test(path));
    expect(others.filter((path) => updated[path] !== added[path])).toEqual([]);
    expect(updated['agent.ts']).toContain("'./own/policy.js'");
    expect(await rolesIn(root)).toEqual(await rolesIn(fresh));
    const before = await snapshot(root);
    await succeed(root, ...update(registries.moved));
    expect(differing(await snapshot(root), before)).toEqual([]);
  });

  it.each(['esm', 'bundler', 'crlf-clone'])(
    'keeps an edit in every file, with upstream’s change (%s)',
    async (kind) => {
      const root = await repoWith(['agent'], {}, kind);
      const paths = (await filesUnder(join(root, 'src/agent'))).filter((path) =>
        path.endsWith('.ts'),
      );
      const roles = await rolesIn(root);
      for (const path of paths) await append(root, at(path), mineIn(path));
      await commit(root, 'edit');
      const before = await snapshot(root);
      expect((await run(update(registries.changed), root)).stderr).toBe('');
      const texts = await agentIn(root);
      for (const path of paths) {
        const text = texts[newPathOf(path)] ?? '';
        expect([path, text.includes(mineIn(path))]).toEqual([path, true]);
        const isOurs = ['source', 'test'].includes(roles[at(path)] ?? '');
        expect([path, text.includes(`upstream_${identifier(path)}`)]).toEqual([path, isOurs]);
      }
      expect(Object.keys(texts).filter((path) => newPathOf(path) !== path)).toEqual([]);
      expect(Object.values(texts).filter((text) => /<{7}|>{7}/.test(text))).toEqual([]);
      const after = await snapshot(root);
      await succeed(root, ...update(registries.changed));
      expect(differing(await snapshot(root), after)).toEqual([]);
      await succeed(root, 'undo');
      expect(differing(await snapshot(root), before)).toEqual([]);
      await succeed(root, 'undo');
      expect(differing(await snapshot(root), after)).toEqual([]);
    },
  );
});
