import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { cleanEnv, filesOnly, succeed } from '../support/cli/run.ts';
import { edit } from '../support/docs/edit.ts';
import { factorPages } from '../support/docs/factor-pages.ts';
import { install, playDoc } from '../support/docs/play-doc.ts';
import { blockOf } from '../support/docs/read-doc.ts';
import { tempFolder } from '../support/project/temp.ts';
import { home } from '../support/registry/package.ts';

async function project(): Promise<string> {
  const root = join(await tempFolder(), 'my-agent');
  await mkdir(root);
  await succeed(root, '.', ...filesOnly);
  await install(root);
  return root;
}

it.each(factorPages.map((doc) => [doc.path, doc] as const))(
  '%s comes out as it says, in a new project',
  async (_, doc) => {
    expect(await playDoc(doc, { root: await project(), tool: home })).toEqual([]);
  },
);

it('with the changes of all pages, a project compiles, and its linter and its tests pass', async () => {
  const root = await project();
  const made: string[] = [];
  for (const block of factorPages.flatMap(({ fences }) => fences.map(blockOf))) {
    if (block.kind !== 'new' && block.kind !== 'edit') continue;
    const path = join(root, block.path);
    const text = block.kind === 'new' ? block.text : edit(await readFile(path, 'utf8'), block.text);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    if (block.kind === 'new') made.push(block.path);
  }
  expect(made).toEqual([...new Set(made)]);
  for (const script of ['typecheck', 'lint', 'test']) {
    expect([script, await failureOf(script, root)]).toEqual([script, '']);
  }
});

/** Returns what a script of a project prints if it fails. */
async function failureOf(script: string, cwd: string): Promise<string> {
  const { exitCode, all } = await execa('npm', ['run', '--silent', script], {
    cwd,
    env: { ...(await cleanEnv()), NO_COLOR: '1' },
    extendEnv: false,
    reject: false,
    all: true,
  });
  return exitCode === 0 ? '' : all;
}
