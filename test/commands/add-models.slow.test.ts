import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { succeed } from '../support/cli/run.ts';
import { home } from '../support/registry/package.ts';
import { differing, type Snapshot, snapshot } from '../support/project/repos.ts';
import { compile, linkPackages } from '../support/project/toolchain.ts';
import { releaseNext } from '../support/registry/next-version.ts';

const agentFile = 'src/agent/agent.ts';
const lockFile = '.12-factor/lock.json';

let folder = '';
let next = '';

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'models-')));
  next = await realpath(await mkdtemp(join(tmpdir(), 'next-')));
  await linkPackages(folder);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await releaseNext(next);
});
afterAll(() => Promise.all([folder, next].map((one) => rm(one, { recursive: true, force: true }))));

async function created(name: string, ...flags: readonly string[]): Promise<string> {
  await succeed(folder, 'create', name, '--yes', '--no-install', '--no-git', ...flags);
  return join(folder, name);
}

const read = (root: string, path = agentFile) => readFile(join(root, path), 'utf8');
const edit = async (root: string, path: string, change: (text: string) => string) =>
  writeFile(join(root, path), change(await read(root, path)));

/** The lines of agent.ts that say which models there are. */
const modelsIn = async (root: string) =>
  /^ {2}policy,\n([^]*)^ {2}store:/m.exec(await read(root))?.[1];

/** The same lines, from what is in them. */
const lines = (model: string, ...models: readonly string[]) =>
  [
    `  model: ${model},`,
    ...(models.length === 0 ? [] : ['  models: {', ...models.map((one) => `    ${one},`), '  },']),
    '',
  ].join('\n');

async function expectTree(root: string, tree: Snapshot): Promise<void> {
  expect(differing(await snapshot(root), tree)).toEqual([]);
}

const tuned = "openai: openai({ model: 'gpt-6-luna' })";
const tune = (text: string) => text.replace('openai: openai()', tuned);
const untune = (text: string) => text.replace(tuned, 'openai: openai()');
const compatible = "'openai-compatible': openaiCompatible()";

/** What is done, by a command or by the user, and the models after it. */
type Step = readonly [
  about: string,
  act: readonly string[] | ((text: string) => string),
  models: string,
];

const story: readonly Step[] = [
  ['a second model', ['add', 'model-openai'], lines('anthropic()', 'openai: openai()')],
  [
    'a third one',
    ['add', 'model-openai-compatible'],
    lines('anthropic()', 'openai: openai()', compatible),
  ],
  ['an edit', tune, lines('anthropic()', tuned, compatible)],
  ['an update', ['update'], lines('anthropic()', tuned, compatible)],
  [
    'another one as the model',
    ['add', 'model-openai-compatible', '--use'],
    lines('openaiCompatible()', tuned, 'anthropic: anthropic()'),
  ],
  [
    'the first one again',
    ['add', 'model-anthropic', '--use'],
    lines('anthropic()', tuned, compatible),
  ],
  ['one less', ['remove', 'model-openai-compatible'], lines('anthropic()', tuned)],
  ['the edit taken back', untune, lines('anthropic()', 'openai: openai()')],
  ['the model itself removed', ['remove', 'model-anthropic'], lines('openai()')],
  [
    'the first one back',
    ['add', 'model-anthropic', '--use'],
    lines('anthropic()', 'openai: openai()'),
  ],
  ['none besides', ['remove', 'model-openai'], lines('anthropic()')],
];

describe('models beside the one that is wired', () => {
  let root = '';
  let first = '';
  /** Each state of the sources, to be compiled and run side by side. */
  const states: { readonly name: string; readonly models: readonly string[] }[] = [];

  it('are none to begin with', async () => {
    root = await created('story', '--model', 'anthropic');
    first = await read(root);
    expect(await modelsIn(root)).toBe(lines('anthropic()'));
    await edit(root, 'src/agent/policy.ts', (text) =>
      text.replace(
        '  approvers:',
        "  modelFor: ({ spent }) => (spent.steps > 3 ? 'openai' : undefined),\n  approvers:",
      ),
    );
  });

  it.each(story)('follow from %s; undo takes back every byte of it', async (_, act, models) => {
    const before = await snapshot(root);
    if (typeof act === 'function') await edit(root, agentFile, act);
    else {
      await succeed(
        root,
        ...act,
        '--no-install',
        ...(act[0] === 'update' ? ['--registry', next] : []),
      );
      const after = await snapshot(root);
      await succeed(root, 'undo');
      await expectTree(root, before);
      await succeed(root, 'undo');
      await expectTree(root, after);
      expect(await succeed(root, 'update', '--dry-run')).toContain('Everything is up to date.');
    }
    expect(await modelsIn(root)).toBe(models);
    const name = `state-${states.length}`;
    states.push({
      name,
      models: [...models.matchAll(/^ {4}'?([\w-]+)'?:/gm)].map(([, key]) => key ?? ''),
    });
    await cp(join(root, 'src'), join(folder, name, 'src'), { recursive: true });
  });

  it('are gone without a trace in agent.ts and in the lock', async () => {
    expect(await read(root)).toBe(first);
    expect(JSON.parse(await read(root, lockFile))).not.toHaveProperty('models');
  });

  it('compile at every step, with a policy that chooses among them', async () => {
    expect(states.length).toBe(story.length);
    expect(await compile(folder, [`state-*/${agentFile}`])).toEqual([]);
  });

  it('are there by the names that the policy says, at every step', async () => {
    const script = states.map(
      ({ name }) => `import { agent as ${name.replace('-', '_')} } from './${name}/${agentFile}';`,
    );
    const names = states.map(({ name }) => `Object.keys(${name.replace('-', '_')}.models ?? {})`);
    await writeFile(
      join(folder, 'names.ts'),
      `${script.join('\n')}\nconsole.log(JSON.stringify([${names.join(', ')}]));\n`,
    );
    const { stdout } = await execa(join(home, 'node_modules/.bin/tsx'), ['names.ts'], {
      cwd: folder,
    });
    expect(JSON.parse(stdout)).toEqual(states.map(({ models }) => models));
  });
});

describe('a new project', () => {
  it.each([
    ['has one model', [], lines('chooseModel(script)')],
    ['has the one that was named', ['--model', 'openai'], lines('openai()')],
    [
      'has others beside it',
      ['--with', 'model-openai'],
      lines('chooseModel(script)', 'openai: openai()'),
    ],
    [
      'has others beside the one that was named',
      ['--model', 'anthropic', '--with', 'model-openai-compatible,model-anthropic'],
      lines('anthropic()', compatible),
    ],
  ])('%s: %j', async (about, flags, models) => {
    const root = await created(about.replaceAll(' ', '-'), ...flags);
    expect(await modelsIn(root)).toBe(models);
    expect(await succeed(root, 'update', '--no-install')).toContain('Everything is up to date.');
  });

  it('wires what came with its model beside it once asked to, and then keeps it', async () => {
    const root = await created('asking');
    const said = await succeed(root, 'add', 'model-openai', '--no-install');
    expect(said).toContain(
      'model-openai: already installed\n' +
        'agent.ts keeps its model, chooseModel(script), and lists openai',
    );
    expect(await modelsIn(root)).toBe(lines('chooseModel(script)', 'openai: openai()'));
    await succeed(root, 'remove', 'model-choose', '--no-install');
    expect(await modelsIn(root)).toBe(lines('openai()'));
  });
});

describe('a project of before', () => {
  type Lock = { models?: unknown; files: Record<string, { base: string }> };

  /** One with a second model that agent.ts does not list, and a lock that knows of no list. */
  async function ofBefore(name: string): Promise<string> {
    const [root, bare] = [
      await created(name, '--model', 'anthropic', '--with', 'model-openai'),
      await created(`${name}-bare`, '--model', 'anthropic'),
    ];
    const [lock, other] = await Promise.all(
      [root, bare].map(async (one) => JSON.parse(await read(one, lockFile)) as Lock),
    );
    const was = other?.files[agentFile];
    if (!lock || !was) throw new Error('There is no lock.');
    delete lock.models;
    lock.files[agentFile] = was;
    await writeFile(join(root, lockFile), JSON.stringify(lock, undefined, 2));
    for (const path of [agentFile, `.12-factor/base/${was.base}`])
      await cp(join(bare, path), join(root, path));
    return root;
  }

  it('does not change by an update, or by what else is added', async () => {
    const root = await ofBefore('before');
    const text = await read(root);
    expect(await succeed(root, 'status')).toContain('all up to date');
    expect(await succeed(root, 'update', '--no-install')).toContain('Your files do not change');
    await succeed(root, 'add', 'store-memory', '--no-install');
    await succeed(root, 'update', '--no-install', '--registry', next);
    expect(await read(root)).toBe(text);
    expect(JSON.parse(await read(root, lockFile))).not.toHaveProperty('models');
  });

  it('lists its second model when it is asked for', async () => {
    const root = await ofBefore('asked');
    await succeed(root, 'add', 'model-openai', '--no-install');
    expect(await modelsIn(root)).toBe(lines('anthropic()', 'openai: openai()'));
  });
});
