import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { filesOnly, succeed } from '../support/cli/run.ts';
import { edit } from '../support/docs/edit.ts';
import { install } from '../support/docs/play-doc.ts';
import { type Block, blockOf, type Doc, readDoc } from '../support/docs/read-doc.ts';
import { tempFolder } from '../support/project/temp.ts';
import { home } from '../support/registry/package.ts';

/** Pages whose edits are not for a created project, or need answers of a model. */
const others = [
  'agents-the-hard-way.md',
  'put-an-agent-into-an-existing-product.md',
  'test-against-recorded-answers.md',
  'write-a-component.md',
];
const names = (await readdir(join(home, 'docs'))).filter((name) => name.endsWith('.md'));
const docs = await Promise.all(
  names
    .filter((name) => !others.includes(name))
    .map(async (name) => readDoc(name, await readFile(join(home, 'docs', name), 'utf8'))),
);
/** Pages about components that a created project does not have. */
const needed: Readonly<Record<string, string>> = {
  'approve-link.md': 'approve-link,server',
  'many.md': 'many',
  'plan.md': 'plan',
  'prefetch.md': 'prefetch',
  'reach-people.md': 'channels',
  'slack.md': 'slack,worker',
  'small-agents.md': 'delegate',
  'web.md': 'web,server',
  'webhooks.md': 'webhook,worker',
  'workflow.md': 'workflow',
};
/** Pages that do not change what the example says. */
const general = ['own-and-update.md', 'use-your-model.md', 'what-the-model-sees.md'];

const cases = docs
  .map((doc): readonly [string, Doc] => [doc.path, doc])
  .filter(([, { fences }]) => fences.some((fence) => isChange(blockOf(fence))));

it.each([
  ...cases.map(([name, doc]) => ['starter', name, doc] as const),
  ...cases.flatMap(([name, doc]) =>
    general.includes(name) ? [['minimal', name, doc] as const] : [],
  ),
])('in %s, the tests stay green with the edits of %s', async (template, name, { fences }) => {
  const root = await created(template, needed[name]);
  for (const fence of fences) await apply(root, blockOf(fence));
  expect(await failuresIn(root)).toBe('');
});

function isChange({ kind }: Block): boolean {
  return kind === 'new' || kind === 'edit';
}

async function created(template: string, components?: string): Promise<string> {
  const folder = await tempFolder();
  const more = components === undefined ? [] : ['--with', components];
  await succeed(folder, 'bot', '--template', template, ...more, ...filesOnly);
  const root = join(folder, 'bot');
  await install(root);
  return root;
}

/** Does what a block says to files. Of its commands, only those that delete. */
async function apply(root: string, block: Block): Promise<void> {
  if (block.kind === 'console') {
    const deletions = block.commands.filter(({ command }) => command.startsWith('rm '));
    const paths = deletions.flatMap(({ command }) => command.split(' ').slice(1));
    for (const path of paths) await rm(join(root, path));
  }
  if (block.kind !== 'new' && block.kind !== 'edit') return;
  const path = join(root, block.path);
  const text = block.kind === 'new' ? block.text : edit(await readFile(path, 'utf8'), block.text);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Returns what a project's own tests print if one fails. */
async function failuresIn(root: string): Promise<string> {
  const { exitCode, all } = await execa('npm', ['run', '--silent', 'test'], {
    cwd: root,
    reject: false,
    all: true,
    env: { VITEST: undefined, NODE_ENV: undefined, CI: undefined, NO_COLOR: '1' },
  });
  return exitCode === 0 ? '' : all;
}
