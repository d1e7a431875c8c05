import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { choicesFor } from '../../src/pipeline/resolve/resolve.ts';
import { filesOnly, run, succeed } from '../support/cli/run.ts';
import { compileTogether } from '../support/project/compile-together.ts';
import { components, templates } from '../support/registry/package.ts';
import { filesUnder, tempFolder } from '../support/project/temp.ts';
import { linkPackages } from '../support/project/toolchain.ts';

const names = templates.offered.map(({ name }) => name);
const short = (slot: 'model' | 'store') =>
  choicesFor(slot, components).map(({ name }) => name.slice(slot.length + 1));

describe.each(names)('%s', (name) => {
  it('is formatted, root files and rendered ones too', async () => {
    const folder = await tempFolder();
    await run(['bot', '--template', name, ...filesOnly], folder);
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
    await run(['bot', '--template', name, ...filesOnly], folder);
    const loop = components.flatMap(({ files }) => files).find(({ to }) => to === 'core/loop.ts');
    const registry = new URL(`../../registry/${loop?.from}`, import.meta.url);
    expect(await readFile(join(folder, 'bot/src/agent/core/loop.ts'))).toEqual(
      await readFile(registry),
    );
  });

  it('keeps its dotfiles', async () => {
    const folder = await tempFolder();
    await run(['bot', '--template', name, ...filesOnly], folder);
    expect(await filesUnder(join(folder, 'bot'))).toEqual(
      expect.arrayContaining(['.gitignore', '.env.example', '.oxlintrc.json']),
    );
  });
});

it.each(names)(
  '%s compiles with every model and every store',
  { timeout: 600_000 },
  async (template) => {
    const folder = await tempFolder();
    const pairs = short('model').flatMap((model) => short('store').map((store) => [model, store]));
    const projects: string[] = [];
    for (const [model = '', store = ''] of pairs) {
      const flags = ['--template', template, '--model', model, '--store', store];
      await succeed(folder, `${model}-${store}`, ...flags, ...filesOnly);
      projects.push(join(folder, `${model}-${store}`));
    }
    const together = join(folder, 'together');
    await mkdir(together);
    await linkPackages(together);
    expect(await compileTogether(projects, together)).toEqual([]);
  },
);
