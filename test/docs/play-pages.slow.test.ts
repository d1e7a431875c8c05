import { LLMock } from '@copilotkit/aimock';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { edit } from '../support/docs/edit.ts';
import { install, playDoc } from '../support/docs/play-doc.ts';
import { blockOf, readDoc, type Doc } from '../support/docs/read-doc.ts';
import { createdFiles } from '../support/docs/world.ts';
import { run } from '../support/cli/run.ts';
import { components, home } from '../support/registry/package.ts';
import { startServer } from '../support/generated/start-server.ts';
import { tempFolder } from '../support/project/temp.ts';
import { compile } from '../support/project/toolchain.ts';
import { changeRegistry } from '../support/registry/next-version.ts';

const open = async (path: string): Promise<Doc> =>
  readDoc(path, await readFile(join(home, path), 'utf8'));

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
  await write(
    root,
    'package.json',
    JSON.stringify({ name: 'shop', private: true, type: 'module', devDependencies }),
  );
  const compilerOptions = {
    strict: true,
    module: 'nodenext',
    target: 'es2023',
    types: ['node'],
    skipLibCheck: true,
  };
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
  ['deploybot', folder],
  ['add-a-tool', project],
  ['replace-the-example', project],
  ['approval-rules', project],
  ['reach-people', project],
  ['webhooks', project],
  ['approve-link', project],
  ['web', project],
  ['what-the-model-sees', project],
  ['prefetch', project],
  ['many', project],
  ['small-agents', project],
  ['plan', project],
  ['workflow', project],
  ['choose-a-store', project],
  ['put-an-agent-into-an-existing-product', shop],
  ['write-a-component', project],
];

it.each(pages)('%s comes out as it says', async (name, stage) => {
  expect(await playDoc(await open(`docs/${name}.md`), { root: await stage(), tool: home })).toEqual(
    [],
  );
});

it('pause-and-resume comes out as it says, beside a server', async () => {
  const root = await folder();
  await run(
    ['.', '--with', 'server', '--model', 'scripted', '--yes', '--no-install', '--no-git'],
    root,
  );
  await install(root);
  const server = await startServer(root);
  const { path } = await open('docs/pause-and-resume.md');
  const text = await readFile(join(home, path), 'utf8');
  const doc = readDoc(path, text.replaceAll('http://127.0.0.1:3000', server.url));
  expect(await playDoc(doc, { root, tool: home })).toEqual([]);
  const [first, again] = await Promise.all(
    ['first', 'again'].map((name) => readFile(join(root, `${name}.json`), 'utf8')),
  );
  expect(JSON.parse(again ?? '').id).toBe(JSON.parse(first ?? '').id);
});

it('own-and-update comes out as it says, with a next version', async () => {
  const tool = await nextVersion('loop', 'context', 'errors');
  expect(
    await playDoc(await open('docs/own-and-update.md'), { root: await project(), tool }),
  ).toEqual([]);
});

it('the README’s update comes out as it says, with a next version', async () => {
  const { fences: edits } = await open('docs/own-and-update.md');
  const { fences, ...readme } = await open('README.md');
  const played = [...edits.slice(0, 1), ...fences.filter(({ lang }) => lang === 'console')];
  const stage = { root: await project(), tool: await nextVersion('context', 'errors') };
  expect(await playDoc({ ...readme, fences: played }, stage)).toEqual([]);
});

it('the channel that reach-people shows pushes to ntfy', async () => {
  const root = await project();
  expect(await playDoc(await open('docs/reach-people.md'), { root, tool: home })).toEqual([]);
  const pushed: string[] = [];
  const answers = [200, 503, 404];
  const server = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => pushed.push(text));
    request.on('end', () => response.writeHead(answers.shift() ?? 500).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const script = `
    import { ntfyChannel } from './src/agent/ntfy/channel.ts';
    const notice = { id: 'd', kind: 'approval', thread: 't', call_id: 't:1', to: 'ada-alerts',
      text: 'it writes', about: 'ada: ship it', step: { intent: 'deploy', to: 'production' }, reminder: 0 };
    const send = () => ntfyChannel().send(notice, AbortSignal.timeout(5000));
    const outcome = (one) => one.then(() => 'sent', ({ constructor, message }) => constructor.name + ' ' + message);
    for (let n = 0; n < 3; n += 1) console.log(await outcome(send()));`;
  await write(root, 'push.ts', script);
  const env = { NTFY_URL: `http://127.0.0.1:${port}` };
  const { stdout } = await execa('npx', ['tsx', 'push.ts'], { cwd: root, env });
  expect(stdout.split('\n')).toEqual([
    'sent',
    'Error ntfy answered 503',
    'Undeliverable ntfy answered 404',
  ]);
  expect(JSON.parse(pushed[0] ?? '')).toEqual({
    topic: 'ada-alerts',
    title: 't: approval',
    message:
      '{\n  "intent": "deploy",\n  "to": "production"\n}\nit writes\n\n' +
      'Asked for by ada: ship it\n\nnpm start show t',
  });
});

it('every page that shows what is printed is played', async () => {
  const names = (await readdir(join(home, 'docs'))).filter((name) => name.endsWith('.md'));
  const all = await Promise.all(names.map((name) => open(`docs/${name}`)));
  const shown = all
    .filter(({ fences }) => fences.some(({ lang }) => lang === 'console'))
    .map(({ path }) => path);
  const played = [
    ...[...pages, ...asking].map(([name]) => name),
    'own-and-update',
    'pause-and-resume',
    // hard-way.story.test.ts plays it.
    'agents-the-hard-way',
  ];
  expect(shown.toSorted()).toEqual(played.map((name) => `docs/${name}.md`).toSorted());
});

type News = {
  readonly path: string;
  readonly from: string;
  readonly to: string;
  readonly sentence: string;
};

/** What the next version has, by component. */
const next: Readonly<Record<string, News>> = {
  loop: {
    path: 'core/deadline.ts',
    from: '= 1_000',
    to: '= 2_000',
    sentence: 'Looks half as often whether it was cancelled.',
  },
  context: {
    path: 'core/context.ts',
    from: 'no answer in time:',
    to: 'no answer in time, so it is',
    sentence: 'Says what became of it.',
  },
  errors: {
    path: 'core/errors.ts',
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

/** What the adapter would send for the second step of a thread. */
const request = `
import { agent } from './src/agent/agent.ts';
import { anthropic } from './src/agent/model/anthropic.ts';
const [{ id }] = await agent.store.list({ limit: 1 });
const all = await agent.store.load(id);
const events = all.slice(0, all.findLastIndex(({ step }) => step?.intent === 'deploy'));
const { signal } = new AbortController();
const { prompt: system, tools: { schema } } = agent;
const asked = { system, blocks: agent.context(events), events, schema, signal };
console.log(JSON.stringify(anthropic({}, {}).preview(asked)));
`;

it('the request that what-the-model-sees shows is what the adapter would send', async () => {
  const root = await project();
  const env = { USER: 'ada', PATH: process.env.PATH ?? '', HOME: root };
  const node = (...args: readonly string[]) =>
    execa('node', args, { cwd: root, env, extendEnv: false });
  await node('start.js', 'ship 1.4.2 to staging');
  await write(root, 'request.ts', request);
  const { stdout } = await node('--import', 'tsx', 'request.ts');
  const { fences } = await open('docs/what-the-model-sees.md');
  const shown = fences.find(({ lang }) => lang === 'json')?.body ?? '';
  const isCut = (value: unknown): value is string =>
    typeof value === 'string' && value.endsWith('...');
  const start = (text: string) => ({
    asymmetricMatch: (whole: string) => whole.startsWith(text.slice(0, -3)),
  });
  const expected: unknown = JSON.parse(shown, (_, value: unknown) =>
    isCut(value) ? start(value) : value,
  );
  expect(JSON.parse(stdout)).toEqual(expected);
});

const done = { intent: 'done_for_now', message: 'The newest is 1.4.2.' };
const steps = [
  { intent: 'list_releases' },
  { intent: 'deploy', version: '1.4.2', to: 'staging' },
  { intent: 'request_clarification', question: 'Which version?' },
  done,
];

/**
 * Takes the step that a message names, else lists releases; and is done after anything but a
 * message.
 */
function answer(window: string): object {
  const last = window.slice(window.lastIndexOf('<'));
  return last.startsWith('<message>')
    ? (steps.find(({ intent }) => last.includes(intent)) ?? { intent: 'list_releases' })
    : done;
}

/** The pages that ask models, and how many requests their providers get. */
const asking = [
  ['use-your-model', 20],
  ['test-against-recorded-answers', 2],
] as const;

it.each(asking)(
  '%s comes out as it says, with a mock for every provider, asked %i times',
  async (name, asked) => {
    const provider = await LLMock.create({ port: 0 });
    provider.on({}, ({ messages }) => {
      const usage = {
        input_tokens: 412,
        output_tokens: 18,
        prompt_tokens: 412,
        completion_tokens: 18,
      };
      return { content: JSON.stringify({ next_step: answer(JSON.stringify(messages)) }), usage };
    });
    const text = await readFile(join(home, `docs/${name}.md`), 'utf8');
    const servers = /http:\/\/localhost:(11434|8000)\/v1|https:\/\/openrouter\.ai\/api\/v1/g;
    const doc = readDoc(`docs/${name}.md`, text.replaceAll(servers, `${provider.url}/v1`));
    const env = { ANTHROPIC_BASE_URL: provider.url, OPENAI_BASE_URL: `${provider.url}/v1` };
    const faults = await playDoc(doc, { root: await project(), tool: home, env });
    const { length } = provider.getRequests();
    await provider.stop();
    expect([faults, length]).toEqual([[], asked]);
  },
);

it('what all pages show as code compiles in one project, and what is wrong would not', async () => {
  const root = await tempFolder();
  await install(root);
  await write(root, 'package.json', '{ "type": "module" }');
  const names = [
    ...[...pages, ...asking].map(([name]) => name),
    'own-and-update',
    'pause-and-resume',
  ];
  // They take out what the others edit, or what only a component brings.
  const apart = ['replace-the-example', 'many', 'small-agents', 'plan', 'workflow'];
  const together = names.filter((name) => !apart.includes(name));
  const docs = await Promise.all(
    ['README.md', ...together.map((name) => `docs/${name}.md`)].map(open),
  );
  const wrong = readDoc(
    'wrong',
    "```ts\nimport { start } from './core/people.ts';\nexport const id: number = start;\n```\n",
  );
  const all = new Map([...(await sources()), ...(await createdFiles())]);
  for (const [path, text] of [...docs, wrong].reduce(applied, all)) await write(root, path, text);
  expect(await compile(root, ['src'])).toEqual([
    expect.stringContaining('src/agent/shown-wrong-1.ts(2,14)'),
  ]);
});

type Texts = ReadonlyMap<string, string>;

/** The code of every component: pages show what `add` brings. */
async function sources(): Promise<Texts> {
  const files = components.flatMap((component) =>
    component.files.filter(({ role }) => role === 'source' || role === 'seed'),
  );
  const read = async ({ from, to }: (typeof files)[number]) =>
    [`src/agent/${to}`, await readFile(join(home, 'registry', from), 'utf8')] as const;
  return new Map(await Promise.all(files.map(read)));
}

/**
 * A project with what a page writes and edits in it. A module without a path is in the agent's
 * folder, or where the loop is, if the page is the README.
 */
function applied(project: Texts, { path: page, fences }: Doc): Texts {
  const files = new Map(project);
  const name = page.replaceAll(/\W/g, '-');
  const folder = page === 'README.md' ? 'src/agent/core' : 'src/agent';
  for (const { line, block } of fences.map((fence) => ({
    line: fence.line,
    block: blockOf(fence),
  }))) {
    if (block.kind === 'module') files.set(`${folder}/shown-${name}-${line}.ts`, block.text);
    if (block.kind === 'new') files.set(block.path.replace('../acme/', 'src/agent/'), block.text);
    const text = block.kind === 'edit' ? files.get(block.path) : undefined;
    if (block.kind === 'edit' && text !== undefined) files.set(block.path, edit(text, block.text));
  }
  return files;
}

it('a page that is wrong does not come out as it says', async () => {
  const text = '```console\n$ npm start list\n  t_efc4d345  done\n$ npm start show t_nobody\n```\n';
  const faults = await playDoc(readDoc('a.md', text), { root: await project(), tool: home });
  expect(faults).toEqual([
    expect.stringContaining('instead of'),
    expect.stringContaining('exits 1, not 0'),
  ]);
});
