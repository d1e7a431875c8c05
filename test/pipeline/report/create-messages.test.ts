import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/pipeline/decide/decide.ts';
import { planChanges } from '../../../src/pipeline/plan/plan.ts';
import { render } from '../../../src/pipeline/render/render.ts';
import {
  type CreateResult,
  type Outcome,
  createClosing,
  createHeadline,
  installCommandFrom,
  createSummary,
} from '../../../src/pipeline/report/create-messages.ts';
import { lines } from '../../../src/pipeline/text/line-endings.ts';
import { resolve } from '../../../src/pipeline/resolve/resolve.ts';
import { chooseSetup } from '../../../src/pipeline/repo/choose-setup.ts';
import type { Answers } from '../../../src/pipeline/resolve/questions.ts';
import {
  component,
  noTools,
  nothing,
  registry as fixtures,
  request,
  template,
} from '../../support/pipeline/fixtures.ts';

/** The fixtures, with the loop where the generated agent has it. */
const registry = fixtures.map((one) => (one.name === 'loop' ? coreLoop() : one));

function coreLoop() {
  const file = { from: 'agent/core/loop.ts', to: 'core/loop.ts', role: 'source' } as const;
  return component('loop', { files: [file] });
}

const done: Outcome = { installed: true, git: 'committed' };

async function created(
  some: Partial<Answers> = {},
  flags: Partial<CreateResult['flags']> = {},
): Promise<CreateResult> {
  const answers = { dir: 'my-agent', template: 'starter', model: undefined, ...some };
  const place = {
    root: '/home/ada/my-agent',
    isFolder: true,
    entries: undefined,
    gitRoot: undefined,
    workspace: undefined,
  };
  const selection = resolve(
    request({
      template: template('starter'),
      components: [{ name: 'agent', by: 'template' }],
      slots: { model: `model-${answers.model ?? 'choose'}` },
    }),
    registry,
  );
  const renderers = { 'wiring/agent.ts.hbs': () => 'agent', 'wiring/tools.ts.hbs': () => 'tools' };
  const texts = new Map([['src/agent/core/loop.ts', 'a\nb\nc\n']]);
  const wanted = render(selection, {
    texts,
    renderers,
    registryOf: () => ({ source: 'built-in', version: '0.1.0', read: async () => '' }),
    tool: '0.1.0',
    manager: 'npm',
  });
  const setup = chooseSetup(place, { install: true, git: true, userAgent: undefined });
  return {
    path: answers.dir === '.' ? '' : answers.dir,
    answers,
    selection,
    plan: planChanges(wanted, await decide(wanted, nothing, noTools), nothing),
    setup,
    flags: { install: true, git: true, allTests: false, ...flags },
  };
}

describe('the closing note', () => {
  it('names the next commands', async () => {
    expect(createClosing(await created(), done).next).toEqual([
      { command: 'cd my-agent', about: '' },
      { command: 'npm start', about: 'talk to it; no key needed' },
      { command: 'npm test', about: 'run the tests; no key needed' },
      { command: 'npx create-12-factor-agent@latest list', about: 'components that you can add' },
    ]);
  });

  it('says to install where that was skipped, and not to enter where one is', async () => {
    const { next } = createClosing(await created({ dir: '.' }), { ...done, installed: false });
    expect(next.map(({ command }) => command)).toEqual([
      'npm install',
      'npm start',
      'npm test',
      'npx create-12-factor-agent@latest list',
    ]);
  });

  it('says which key an explicit model needs', async () => {
    expect(createClosing(await created({ model: 'remote' }), done).next.slice(1, 3)).toEqual([
      { command: 'cp .env.example .env', about: 'then set REMOTE_API_KEY in .env' },
      { command: 'npm start', about: 'talk to it' },
    ]);
  });

  it('says what is where', async () => {
    const { dir, parts } = createClosing(await created(), done);
    expect([dir, parts]).toEqual([
      'src/agent',
      [
        ['yours', '2 files, 2 lines: agent.ts, tools.ts'],
        ['core', '1 file, 3 lines: core/loop.ts and what it is made of'],
      ],
    ]);
  });

  it.each<[Partial<Answers>, Partial<CreateResult['flags']>, string]>([
    [{}, {}, 'my-agent --yes'],
    [
      { template: 'minimal', model: 'remote' },
      {},
      'my-agent --template minimal --model remote --yes',
    ],
    [
      { dir: '.' },
      { store: 'memory', pm: 'npm', install: false, git: false },
      '. --store memory --pm npm --no-install --no-git --yes',
    ],
    [{}, { allTests: true }, 'my-agent --all-tests --yes'],
  ])('repeats %j and %j as flags', async (answers, flags, again) => {
    const some = await created({ ...answers, template: 'starter' }, flags);
    expect(createClosing({ ...some, answers: { ...some.answers, ...answers } }, done).again).toBe(
      `npx create-12-factor-agent@latest ${again}`,
    );
  });
});

it('the headline counts the files of the user', async () => {
  expect(createHeadline(await created())).toBe('Created 6 files in my-agent: the code is yours');
});

it('the document for scripts says what was made and how it went', async () => {
  expect(createSummary(await created(), done)).toMatchObject({
    name: 'my-agent',
    model: 'model-choose',
    store: 'store-file',
    installed: true,
    git: 'committed',
    next: ['cd my-agent', 'npm start', 'npm test', 'npx create-12-factor-agent@latest list'],
  });
});

it('the document of a dry run says what would be installed', async () => {
  expect(createSummary(await created(), undefined)).toMatchObject({
    dryRun: true,
    install: ['zod@^4.6.7'],
  });
});

it.each([
  ['/home/ada', 'cd my-agent && npm install'],
  ['/home/ada/my-agent', 'npm install'],
  ['/home/ada/x', 'cd ../my-agent && npm install'],
])('from %s one installs later by: %s', async (cwd, command) => {
  expect(installCommandFrom(cwd, (await created()).setup)).toBe(command);
});

it.each([
  ['', 0],
  ['a', 1],
  ['a\n', 1],
  ['a\n\n', 2],
])('%j has %i lines', (text, count) => {
  expect(lines(text)).toBe(count);
});
