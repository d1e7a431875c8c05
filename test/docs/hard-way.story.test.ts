import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { hardWay, programsOf } from '../support/docs/hard-way.ts';
import { install, playDoc } from '../support/docs/play-doc.ts';
import { tempFolder } from '../support/project/temp.ts';
import { compile } from '../support/project/toolchain.ts';
import { home } from '../support/registry/package.ts';

/** Lets a Node that cannot run TypeScript do so, as `npx tsx` does for the reader. */
const tsx = pathToFileURL(join(home, 'node_modules/tsx/dist/loader.mjs')).href;
const env: Readonly<Record<string, string>> =
  'typescript' in process.features ? {} : { NODE_OPTIONS: `--import ${tsx}` };

async function folder(): Promise<string> {
  const root = join(await tempFolder(), 'hard-way');
  await mkdir(root);
  await writeFile(join(root, 'package.json'), '{ "type": "module" }');
  return root;
}

it('each step prints what the page shows', async () => {
  expect(await playDoc(hardWay, { root: await folder(), tool: home, env })).toEqual([]);
});

it('each step compiles, with strict settings and without a package', async () => {
  const root = await folder();
  await install(root);
  for (const [index, text] of programsOf(hardWay).entries()) {
    await writeFile(join(root, `step-${index + 1}.ts`), text);
    expect([...text.matchAll(/from '(.*)'/g)].map(([, from]) => from)).toEqual(
      index < 4 ? [] : ['node:fs'],
    );
  }
  expect(await compile(root, ['*.ts'])).toEqual([]);
});

it.each([7, 8, 9, 10])('of many processes that continue step %i, one deploys', async (number) => {
  const root = await folder();
  await writeFile(join(root, 'step.ts'), programsOf(hardWay)[number - 1] ?? '');
  const node = (...args: readonly string[]) =>
    execa('node', ['step.ts', ...args], { cwd: root, env, reject: false });
  await node();
  const runs = await Promise.all([1, 2, 3, 4].map(() => node('approve', '4')));
  const printed = runs.map(({ stdout }) => stdout).join('\n');
  expect(printed.match(/>> 1.4.2 goes to production/g)).toHaveLength(1);
});
