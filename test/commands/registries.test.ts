import { readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, succeed } from '../support/cli/run.ts';
import {
  commit,
  differing,
  type Files,
  gitStatus,
  newRepo,
  snapshot,
} from '../support/project/repos.ts';
import { linkPackages } from '../support/project/toolchain.ts';
import {
  changeFiles,
  changeRegistry,
  copyRegistry,
  type Item,
  releaseNext,
} from '../support/registry/next-version.ts';

type Lock = {
  readonly slots: Readonly<Record<string, string>>;
  readonly components: Readonly<
    Record<string, { readonly source: string; readonly requestedBy: string }>
  >;
};

const lockPath = '.12-factor/lock.json';
const agentPath = 'src/agent/agent.ts';
const read = (root: string, path: string) => readFile(join(root, path), 'utf8');
const lockOf = async (root: string) => JSON.parse(await read(root, lockPath)) as Lock;
const add = (...words: readonly string[]) => ['add', ...words, '--no-install'];

/** A repo, with a registry beside it that is a copy of ours. */
async function repoOf(
  kind = 'esm',
  files: Files = {},
): Promise<{ readonly root: string; readonly reg: string }> {
  const root = await newRepo(kind, files);
  const reg = join(root, '../reg');
  await copyRegistry(reg);
  return { root, reg };
}

/** Adds and commits. */
async function install(root: string, ...words: readonly string[]): Promise<void> {
  await succeed(root, ...add(...words));
  await commit(root, 'add');
}

/** A model that only the registry beside the repo has. */
async function offerFoo(reg: string): Promise<void> {
  const wire = { slot: 'model', key: 'foo', name: 'foo', from: './model/foo.ts', value: 'foo()' };
  const foo = (items: readonly Item[]) =>
    items
      .filter(({ name }) => name === 'model-anthropic')
      .map((item) => ({
        ...item,
        name: 'model-foo',
        files: [
          { path: 'agent/model/foo.ts', type: 'registry:file', target: 'src/agent/model/foo.ts' },
        ],
        meta: { ...item.meta, wires: [wire], roles: {} },
      }));
  await changeRegistry(reg, (items) => [...items, ...foo(items)]);
  const text = await readFile(join(reg, 'agent/model/anthropic.ts'), 'utf8');
  await writeFile(join(reg, 'agent/model/foo.ts'), text.replaceAll(/\banthropic\(/g, 'foo('));
}

describe('components whose registry is not there', () => {
  it('stay as they are, whatever is asked, and that is said', async () => {
    const { root, reg } = await repoOf();
    await install(root, 'loop', '--registry', '../reg');
    await rm(reg, { recursive: true });
    const before = await snapshot(root);
    expect(await succeed(root, 'update')).toContain(
      'loop was not found in ../reg: it stays as it is.',
    );
    expect(await succeed(root, 'status')).toContain('not found in its registry');
    expect(await succeed(root, 'diff')).toBe('');
    expect((await run(['update', 'loop'], root)).exitCode).toBe(0);
    expect(differing(await snapshot(root), before)).toEqual([]);
    await succeed(root, ...add('human'));
    await succeed(root, 'remove', 'human');
    expect((await gitStatus(root)).filter((line) => line.includes('src/agent/'))).toEqual([]);
  });

  it('stay edited', async () => {
    const { root, reg } = await repoOf();
    await install(root, 'errors', '--registry', '../reg');
    await rm(reg, { recursive: true });
    await writeFile(join(root, 'src/agent/core/errors.ts'), 'export const mine = true;\n');
    await succeed(root, 'update');
    expect(await read(root, 'src/agent/core/errors.ts')).toBe('export const mine = true;\n');
    expect((await lockOf(root)).components).toHaveProperty('errors');
    expect(await succeed(root, 'diff', '--yours')).toContain('+export const mine = true;');
  });

  it('are required by others, and no command minds', async () => {
    const { root, reg } = await repoOf();
    await succeed(root, ...add('errors', '--registry', '../reg'));
    await install(root, 'loop');
    await rm(reg, { recursive: true });
    for (const args of [['status'], ['update'], ['diff'], add('human')])
      await succeed(root, ...args);
    expect((await run(['doctor'], root)).stderr).toBe('');
    await succeed(root, 'remove', 'human');
    await succeed(root, 'remove', 'loop');
    expect(await readdir(join(root, 'src/agent'))).toEqual(['core']);
    expect(await readdir(join(root, 'src/agent/core'))).toEqual(['errors.ts', 'sanitize.ts']);
    await succeed(root, 'remove', 'errors');
    expect(await gitStatus(root)).toEqual(
      expect.not.arrayContaining([expect.stringContaining('??')]),
    );
    expect(await readdir(join(root, 'src'))).toEqual(['index.ts']);
  });

  it('can be had from another, and from our own again', async () => {
    const { root, reg } = await repoOf();
    await install(root, 'errors', '--registry', '../reg');
    await rm(reg, { recursive: true });
    await succeed(root, 'update', '--registry', 'built-in');
    expect((await lockOf(root)).components['errors']?.source).toBe('built-in');
    expect(await succeed(root, 'update')).not.toContain('not in');
  });
});

describe('a component that its registry has withdrawn', () => {
  it('stays as it is, and what is wired stays wired', async () => {
    const { root, reg } = await repoOf();
    await offerFoo(reg);
    await succeed(root, ...add('agent'));
    await install(root, 'model-foo', '--use', '--registry', '../reg');
    expect(await read(root, agentPath)).toContain('model: foo(),');
    await changeRegistry(reg, (items) => items.filter(({ name }) => name !== 'model-foo'));
    const before = await snapshot(root);
    expect(await succeed(root, 'update')).toContain(
      'model-foo was not found in ../reg: it stays as it is.',
    );
    expect(differing(await snapshot(root), before)).toEqual([]);
  });

  it('stays wired when the rest is updated, and when something is added or removed', async () => {
    const { root, reg } = await repoOf();
    await offerFoo(reg);
    await succeed(root, ...add('agent'));
    await install(root, 'model-foo', '--use', '--registry', '../reg');
    await rm(reg, { recursive: true });
    await releaseNext(reg);
    await succeed(root, 'update', '--registry', '../reg');
    const text = await read(root, agentPath);
    expect(text).toContain('model: foo(),');
    expect(text).toContain(`from './model/foo.js'`);
    await succeed(root, ...add('model-anthropic'));
    await succeed(root, 'remove', 'model-anthropic');
    expect(await read(root, agentPath)).toBe(text);
    expect((await lockOf(root)).slots['model']).toBe('model-foo');
  });

  it('is unwired when it is removed, as any other', async () => {
    const { root, reg } = await repoOf();
    await offerFoo(reg);
    await install(root, 'agent');
    const before = await read(root, agentPath);
    await install(root, 'model-foo', '--use', '--registry', '../reg');
    await rm(reg, { recursive: true });
    await succeed(root, 'remove', 'model-foo');
    expect(await read(root, agentPath)).toBe(before);
    expect(await readdir(join(root, 'src/agent/model'))).not.toContain('foo.ts');
  });
});

describe('a registry that is named', () => {
  it('gives what is new, and leaves what is here where it came from', async () => {
    const { root } = await repoOf();
    await install(root, 'thread');
    await succeed(root, ...add('context', '--registry', '../reg'));
    const { components } = await lockOf(root);
    expect([components['thread']?.source, components['context']?.source]).toEqual([
      'built-in',
      '../reg',
    ]);
  });

  it('gives what is here when that is updated', async () => {
    const { root } = await repoOf();
    await install(root, 'thread');
    await succeed(root, 'update', '--registry', '../reg');
    expect((await lockOf(root)).components['thread']?.source).toBe('../reg');
    await succeed(root, 'update', '--registry', 'built-in');
    expect(await gitStatus(root)).toEqual([]);
  });
});

describe('an update of one component', () => {
  it('brings the files that it wires along', async () => {
    const { root, reg } = await repoOf();
    await succeed(root, ...add('agent', '--registry', '../reg'));
    await install(root, 'model-anthropic', '--use', '--registry', '../reg');
    const claude = {
      slot: 'model',
      key: 'anthropic',
      name: 'claude',
      from: './model/anthropic.ts',
      value: 'claude()',
    };
    await changeRegistry(reg, (items) =>
      items.map((item) =>
        item.name === 'model-anthropic'
          ? { ...item, meta: { ...item.meta, wires: [claude] } }
          : item,
      ),
    );
    await changeFiles(
      reg,
      (path) => path.startsWith('model/anthropic'),
      (text) => text.replaceAll(/\banthropic\(/g, 'claude('),
    );
    expect((await run(['status', '--check'], root)).exitCode).toBe(1);
    await succeed(root, 'update', 'model-anthropic', '--no-install');
    expect(await read(root, agentPath)).toContain('model: claude(),');
    expect(await read(root, agentPath)).toMatch(
      /import \{ claude \} from '.\/model\/anthropic.js'/,
    );
    await succeed(root, 'status', '--check');
  });

  it('brings whoever requires it along, so that nothing imports what is gone', async () => {
    const { root, reg } = await repoOf();
    await install(root, 'agent', '--registry', '../reg');
    await writeFile(
      join(reg, 'agent/core/happening.ts'),
      await readFile(join(reg, 'agent/core/event.ts'), 'utf8'),
    );
    await unlink(join(reg, 'agent/core/event.ts'));
    await changeRegistry(reg, (items) =>
      items.map((item) => ({
        ...item,
        meta: { ...item.meta, renamed: undefined },
        files: item.files.map((file) => ({
          ...file,
          path: file.path.replace('agent/core/event.ts', 'agent/core/happening.ts'),
          target: file.target.replace('agent/core/event.ts', 'agent/core/happening.ts'),
        })),
      })),
    );
    await changeFiles(
      reg,
      () => true,
      (text) => text.replaceAll(`/event.ts'`, `/happening.ts'`),
    );
    const stdout = await succeed(root, 'update', 'thread', '--no-install');
    expect(stdout).not.toContain('which will be deleted');
    const files = await readdir(join(root, 'src/agent/core'));
    expect(files).toContain('happening.ts');
    expect(files).not.toContain('event.ts');
    const texts = await Promise.all(
      Object.keys(await snapshot(join(root, 'src'))).map((one) => read(root, `src/${one}`)),
    );
    expect(texts.filter((text) => text.includes(`/event.js'`))).toEqual([]);
  });
});

describe('what was formatted, where the formatter is not installed', () => {
  it('is not edited, and is updated without a conflict', async () => {
    const { root, reg } = await repoOf('prettier');
    await linkPackages(root);
    await succeed(root, ...add('context', '--registry', '../reg'));
    await unlink(join(root, 'node_modules'));
    await commit(root, 'add context');
    expect(await read(root, 'src/agent/core/thread.ts')).not.toMatch(/;$/m);
    await changeFiles(
      reg,
      () => true,
      (text) => text.replaceAll(/;$/gm, '; // Better.'),
    );
    const { stdout } = await run(['status', '--json'], root);
    const { components } = JSON.parse(stdout) as {
      components: readonly { you: string; upstream: string }[];
    };
    expect(components).toHaveLength(3);
    expect(components).toEqual(
      components.map((one) => ({ ...one, you: 'as it was', upstream: 'newer' })),
    );
    await succeed(root, 'update', '--no-install');
    const updated = await read(root, 'src/agent/core/thread.ts');
    expect(updated).toContain(' // Better.');
    expect(updated).not.toMatch(/;( \/\/ Better\.)?$/m);
  });
});

describe('a lock of another version of the tool', () => {
  it('is not written anew for that alone', async () => {
    const { root } = await repoOf();
    await succeed(root, ...add('errors'));
    const text = await read(root, lockPath);
    await writeFile(join(root, lockPath), text.replace(/"tool": "[^"]+"/, '"tool": "0.0.1"'));
    await commit(root, 'add');
    const before = await snapshot(root);
    expect(await succeed(root, 'update')).toContain('Everything is up to date.');
    expect(await succeed(root, 'add', 'errors')).toContain('errors: already installed');
    expect(differing(await snapshot(root), before)).toEqual([]);
  });
});
