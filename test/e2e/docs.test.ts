import { LLMock } from '@copilotkit/aimock';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { edit } from '../docs/edit.ts';
import { install, playDoc } from '../docs/play-doc.ts';
import { blockOf, readDoc, type Doc } from '../docs/read-doc.ts';
import { createdFiles } from '../docs/world.ts';
import { run } from '../support/cli.ts';
import { home } from '../support/package.ts';
import { tempFolder } from '../support/temp.ts';
import { compile } from '../support/toolchain.ts';
import { changeRegistry } from '../support/upstream.ts';

const open = async (path: string): Promise<Doc> => readDoc(path, await readFile(join(home, path), 'utf8'));

/** A folder below one of its own: pages write beside it, too. */
async function folder(): Promise<string> {
  const root = join(await tempFolder(), 'shop');
  await mkdir(root);
  return root;
}

/** A project of the starter, as `create` makes it. */
async function project(): Promise<string> {
  const root = await folder();
  await run(['.', '--yes', '--no-install', '--no-git'], root);
  await install(root);
  return root;
}

/** A package of somebody else's. */
async function shop(): Promise<string> {
  const root = await folder();
  const devDependencies = { typescript: '^6.0.0' };
  await write(root, 'package.json', JSON.stringify({ name: 'shop', private: true, type: 'module', devDependencies }));
  const compilerOptions = { strict: true, module: 'nodenext', target: 'es2023', types: ['node'], skipLibCheck: true };
  await write(root, 'tsconfig.json', JSON.stringify({ compilerOptions }));
  await write(root, 'src/index.ts', 'export const shop = true;\n');
  await install(root);
  return root;
}

async function write(root: string, path: string, text: string): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeFile(join(root, path), text);
}

/** The pages that are played, and where. */
const pages: readonly (readonly [name: string, stage: () => Promise<string>])[] = [
  ['getting-started', folder],
  ['add-a-tool', project],
  ['approval-rules', project],
  ['what-the-model-sees', project],
  ['put-an-agent-into-an-existing-product', shop],
  ['write-a-component', project],
];

it.each(pages)('%s comes out as it says', async (name, stage) => {
  expect(await playDoc(await open(`docs/${name}.md`), { root: await stage(), tool: home })).toEqual([]);
});

it('own-and-update comes out as it says, with a next version', async () => {
  const tool = await nextVersion('loop', 'context', 'errors');
  expect(await playDoc(await open('docs/own-and-update.md'), { root: await project(), tool })).toEqual([]);
});

it('the README’s update comes out as it says, with a next version', async () => {
  const { fences: edits } = await open('docs/own-and-update.md');
  const { fences, ...readme } = await open('README.md');
  const played = [...edits.slice(0, 1), ...fences.filter(({ lang }) => lang === 'console')];
  const stage = { root: await project(), tool: await nextVersion('context', 'errors') };
  expect(await playDoc({ ...readme, fences: played }, stage)).toEqual([]);
});

it('every page that shows what is printed is played', async () => {
  const names = (await readdir(join(home, 'docs'))).filter((name) => name.endsWith('.md'));
  const all = await Promise.all(names.map((name) => open(`docs/${name}`)));
  const shown = all.filter(({ fences }) => fences.some(({ lang }) => lang === 'console')).map(({ path }) => path);
  const played = [...pages.map(([name]) => name), 'own-and-update', 'use-your-model'];
  expect(shown.toSorted()).toEqual(played.map((name) => `docs/${name}.md`).toSorted());
});

type News = { readonly path: string; readonly from: string; readonly to: string; readonly sentence: string };

/** What the next version has, by component. */
const next: Readonly<Record<string, News>> = {
  loop: {
    path: 'choose.ts',
    from: '= 600_000',
    to: '= 180_000',
    sentence: 'The model has three minutes to answer.',
  },
  context: {
    path: 'context.ts',
    from: 'nobody answered in time:',
    to: 'nobody answered in time, so it is',
    sentence: 'Says what became of it.',
  },
  errors: {
    path: 'errors.ts',
    from: 'failed without a message',
    to: 'it failed without a message',
    sentence: 'An empty error is a sentence.',
  },
};

/** Our package, one version on: some components have news. */
async function nextVersion(...names: readonly string[]): Promise<string> {
  const tool = await tempFolder();
  for (const part of ['bin', 'dist', 'registry', 'templates', 'package.json'])
    await cp(join(home, part), join(tool, part), { recursive: true });
  const news = new Map(Object.entries(next).filter(([name]) => names.includes(name)));
  for (const { path, from, to } of news.values()) {
    const file = join(tool, 'registry/agent', path);
    const text = await readFile(file, 'utf8');
    expect(text).toContain(from);
    await writeFile(file, text.replace(from, to));
  }
  await changeRegistry(join(tool, 'registry'), (items) =>
    items.map((item) => {
      const sentence = news.get(item.name)?.sentence;
      const changes = sentence === undefined ? [] : [{ version: '0.2.0', sentence }];
      return { ...item, meta: { ...item.meta, changes: [...changes, ...item.meta.changes] } };
    }),
  );
  return tool;
}

it('use-your-model comes out as it says, with a mock for the server', async () => {
  const provider = await LLMock.create({ port: 0 });
  const steps = [{ intent: 'list_releases' }, { intent: 'done_for_now', message: 'The newest is 1.4.2.' }];
  let said = 0;
  provider.on({}, () => ({ content: JSON.stringify({ next_step: steps[said++] }) }));
  const text = await readFile(join(home, 'docs/use-your-model.md'), 'utf8');
  const doc = readDoc('docs/use-your-model.md', text.replaceAll('http://localhost:11434', provider.url));
  const faults = await playDoc(doc, { root: await project(), tool: home });
  await provider.stop();
  expect([faults, said]).toEqual([[], 2]);
});

it('what all pages show as code compiles in one project, and what is wrong would not', async () => {
  const root = await tempFolder();
  await install(root);
  await write(root, 'package.json', '{ "type": "module" }');
  const names = [...pages.map(([name]) => name), 'own-and-update', 'use-your-model'];
  const docs = await Promise.all(['README.md', ...names.map((name) => `docs/${name}.md`)].map(open));
  const wrong = readDoc('wrong', "```ts\nimport { start } from './human.ts';\nexport const id: number = start;\n```\n");
  for (const [path, text] of [...docs, wrong].reduce(applied, await createdFiles())) await write(root, path, text);
  expect(await compile(root, ['src'])).toEqual([expect.stringContaining('src/agent/shown-wrong-1.ts(2,14)')]);
});

type Texts = ReadonlyMap<string, string>;

/** A project with what a page writes and edits in it; a module without a path stands in the agent's folder. */
function applied(project: Texts, { path: page, fences }: Doc): Texts {
  const files = new Map(project);
  const name = page.replaceAll(/\W/g, '-');
  for (const { line, block } of fences.map((fence) => ({ line: fence.line, block: blockOf(fence) }))) {
    if (block.kind === 'module') files.set(`src/agent/shown-${name}-${line}.ts`, block.text);
    if (block.kind === 'new') files.set(block.path.replace('../acme/', 'src/agent/'), block.text);
    const text = block.kind === 'edit' ? files.get(block.path) : undefined;
    if (block.kind === 'edit' && text !== undefined) files.set(block.path, edit(text, block.text));
  }
  return files;
}

it('a page that is wrong does not come out as it says', async () => {
  const text = '```console\n$ npm start list\n  t_efc4d345  done\n$ npm start show t_nobody\n```\n';
  const faults = await playDoc(readDoc('a.md', text), { root: await project(), tool: home });
  expect(faults).toEqual([expect.stringContaining('instead of'), expect.stringContaining('exits 1, not 0')]);
});
