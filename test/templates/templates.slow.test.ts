import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { choicesFor } from '../../src/pipeline/resolve/resolve.ts';
import { run } from '../support/cli/run.ts';
import { components, templates } from '../support/registry/package.ts';
import { filesUnder, tempFolder } from '../support/project/temp.ts';
import { compile, linkPackages } from '../support/project/toolchain.ts';

const bare = ['--yes', '--no-install', '--no-git'];
const names = templates.offered.map(({ name }) => name);
const short = (slot: 'model' | 'store') =>
  choicesFor(slot, components).map(({ name }) => name.slice(slot.length + 1));

describe.each(names)('%s', (name) => {
  it('compiles, lints and passes its tests by its own scripts', async () => {
    const folder = await tempFolder();
    await run(['bot', '--template', name, ...bare], folder);
    const bot = join(folder, 'bot');
    await linkPackages(bot);
    for (const script of ['typecheck', 'lint', 'test']) {
      const { exitCode, all } = await execa('npm', ['run', '--silent', script], {
        cwd: bot,
        reject: false,
        all: true,
        env: { VITEST: undefined, NODE_ENV: undefined },
      });
      expect([script, exitCode, exitCode === 0 ? '' : all]).toEqual([script, 0, '']);
    }
  });

  it('is formatted, root files and rendered ones too', async () => {
    const folder = await tempFolder();
    await run(['bot', '--template', name, ...bare], folder);
    const bot = join(folder, 'bot');
    await linkPackages(bot);
    const { stdout, exitCode } = await execa(
      'node_modules/.bin/prettier',
      ['--check', '.', '!**/*.md'],
      {
        cwd: bot,
        reject: false,
        all: true,
      },
    );
    expect([exitCode, stdout]).toEqual([0, expect.any(String)]);
  });

  it('copies sources byte for byte', async () => {
    const folder = await tempFolder();
    await run(['bot', '--template', name, ...bare], folder);
    const loop = components.flatMap(({ files }) => files).find(({ to }) => to === 'loop.ts');
    const registry = new URL(`../../registry/${loop?.from}`, import.meta.url);
    expect(await readFile(join(folder, 'bot/src/agent/loop.ts'))).toEqual(await readFile(registry));
  });

  it('keeps its dotfiles', async () => {
    const folder = await tempFolder();
    await run(['bot', '--template', name, ...bare], folder);
    expect(await filesUnder(join(folder, 'bot'))).toEqual(
      expect.arrayContaining(['.gitignore', '.env.example', '.prettierrc.json']),
    );
  });
});

it('every template, model and store compiles with every other', { timeout: 600_000 }, async () => {
  const folder = await tempFolder();
  await linkPackages(folder);
  const all = names.flatMap((template) =>
    short('model').flatMap((model) => short('store').map((store) => ({ template, model, store }))),
  );
  for (const { template, model, store } of all) {
    const { exitCode, stderr } = await run(
      [
        `${template}-${model}-${store}`,
        '--template',
        template,
        '--model',
        model,
        '--store',
        store,
        ...bare,
      ],
      folder,
    );
    expect([exitCode, stderr]).toEqual([0, '']);
  }
  expect(await compile(folder, ['*/src'])).toEqual([]);
});
