import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exclusively, transact } from '../../src/io/transaction.ts';
import { decide } from '../../src/pipeline/decide.ts';
import { plan } from '../../src/pipeline/plan.ts';
import { writesOf } from '../../src/pipeline/writes.ts';
import type { Component } from '../../src/types.ts';
import { asked, noTools, nothing, request } from '../support/fixtures.ts';
import { components, renderOurs } from '../support/package.ts';
import { compile, linkPackages, runTests } from '../support/toolchain.ts';

/** Writes one component, with what it requires and nothing else, into an empty project. */
async function install({ name }: Component, root: string): Promise<void> {
  const wanted = await renderOurs(request({ components: asked(name) }));
  const writes = writesOf(plan(wanted, await decide(wanted, nothing, noTools), nothing), nothing);
  await mkdir(root, { recursive: true });
  await exclusively(root, () => transact(root, 'create', writes, { signal: new AbortController().signal }));
  await writeFile(join(root, 'package.json'), '{ "type": "module" }');
}

describe('alone in an empty strict project', () => {
  let folder = '';
  let problems: readonly string[] = [];
  let results: Awaited<ReturnType<typeof runTests>> = [];

  // All of them side by side, so that the compiler and the tests start once.
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'components-')));
    await linkPackages(folder);
    await Promise.all(components.map((component) => install(component, join(folder, component.name))));
    problems = await compile(folder, ['*/src']);
    results = await runTests(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(components)('$name compiles', ({ name }) => {
    expect(problems.filter((line) => line.startsWith(`${name}/`))).toEqual([]);
  });

  it.each(components.filter(({ files }) => files.some(({ to }) => to.endsWith('.test.ts'))))(
    '$name passes its tests',
    ({ name }) => {
      const mine = results.filter(({ path }) => path.startsWith(`${name}/`));
      expect(mine.length).toBeGreaterThan(0);
      expect(mine.filter(({ ok }) => !ok)).toEqual([]);
    },
  );

  it('nothing else complains', () => {
    expect(problems.filter((line) => !components.some(({ name }) => line.startsWith(`${name}/`)))).toEqual([]);
  });
});
