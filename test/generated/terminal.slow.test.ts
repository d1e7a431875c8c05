import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { done, toyAgent, write } from '../../registry/agent/testing/toy-agent.ts';
import { serveAgent } from '../support/generated/serve-agent.ts';
import { terminal } from '../support/generated/pty.ts';
import { runStarter, threadFolder, writeStarter } from '../support/generated/starter.ts';

const SLOW = { timeout: 60_000 };
let template = '';
let played = '';

beforeAll(async () => {
  template = await writeStarter();
  played = await writeStarter('manual');
});
afterAll(async () => {
  for (const folder of [template, played]) await rm(folder, { recursive: true, force: true });
});

/** A folder of its own, so that tests do not see each other's threads. */
const project = (starter = template) => threadFolder(starter);

/** `npm start` in a pipe. */
const piped = (cwd: string, ...argv: readonly string[]) => runStarter(cwd, cwd, argv);

async function openCall(cwd: string): Promise<string> {
  const [{ id }] = JSON.parse((await piped(cwd, 'list', '--json')).out);
  return JSON.parse((await piped(cwd, 'show', id, '--json')).out).open?.call_id ?? `${id}:0`;
}

test.concurrent(
  'talk, later, approved by another process, answered a second time',
  SLOW,
  async () => {
    const cwd = await project();
    const talk = terminal(cwd);
    await talk.sees('> ');
    talk.type('ship 1.4.2 to production');
    await talk.sees('c show the context');
    talk.type('l');
    await talk.sees('npm start deny');
    await talk.sees('> ');
    talk.press('\u0003');
    expect(await talk.exit).toBe(0);
    expect(talk.text()).toContain('No model key, so a scripted model plays.');
    expect(talk.text()).toMatch(
      / {2}2 {2}deploy {13}\{"version":"1.4.2","to":"staging"\} {3}ok, 1.\d s\n/,
    );

    const call = await openCall(cwd);
    expect(talk.text()).toContain(`    npm start approve ${call}\n`);
    const approved = await piped(cwd, 'approve', call);
    expect(approved).toMatchObject({ code: 0, err: '' });
    expect(approved.out).toMatch(
      /approved by \S+ \(this terminal\)\n.*production.*ok, 1.\d s\n.*"deployed".*\n.*1\.4\.2 is on production\.\n$/,
    );
    const again = await piped(cwd, 'approve', call);
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toMatch(/^  Already answered: approved by .*Nothing was changed\.\n$/);
  },
);

test.concurrent(
  'denied in place, with a reason; then a message goes to the same thread',
  SLOW,
  async () => {
    const cwd = await project();
    const talk = terminal(cwd);
    await talk.sees('> ');
    talk.type('ship 1.4.1 to production');
    await talk.sees('c show the context');
    talk.type('n');
    await talk.sees('Why? ');
    talk.type('the back end first');
    await talk.sees('1.4.1 is not on production: the back end first.');
    await talk.sees('> ');
    talk.type('now production');
    await talk.sees('c show the context');
    talk.type('hold on, staging is enough');
    await talk.sees('so deploy was taken back');
    await talk.sees('1.4.1 is on staging.');
    await talk.sees('> ');
    talk.press('\u0004');
    expect(await talk.exit).toBe(0);
    expect(await readdir(join(cwd, '.agent/threads'))).toHaveLength(1);
  },
);

test.concurrent('a question, on 40 columns without colour', SLOW, async () => {
  const start = terminal(await project(), ['ship', 'the', 'latest'], {
    columns: 40,
    env: { NO_COLOR: '1' },
  });
  await start.sees('/context');
  start.type('');
  await start.sees('> ');
  start.type('1.4.2\rplease');
  await start.sees('1.4.2 is on staging.');
  expect(await start.exit).toBe(0);
  expect(start.raw()).not.toContain('\u001b[35m');
  expect(
    start
      .text()
      .split('\n')
      .filter(({ length }) => length > 40),
  ).toEqual(['  3  deploy {"version":"1.4.2","to":"staging"}']);
});

test.concurrent('in colour on a terminal, plain in a pipe', SLOW, async () => {
  const cwd = await project();
  const start = terminal(cwd, ['hello']);
  expect(await start.exit).toBe(0);
  expect(start.raw()).toContain('\u001b[35mdone_for_now\u001b[0m');
  expect((await piped(cwd, 'list')).out).not.toContain('\u001b');
});

test.concurrent(
  'what was typed before the request was there is no answer to it',
  SLOW,
  async () => {
    const start = terminal(await project(), ['ship 1.4.2 to production']);
    await start.sees('staging');
    start.type('y');
    await start.sees('c show the context');
    await start.sees('> ');
    start.type('l');
    expect(await start.exit).toBe(0);
    expect(start.text()).not.toContain('approved');
  },
);

test.concurrent('what is typed while a tool runs begins the next message', SLOW, async () => {
  const talk = terminal(await project());
  await talk.sees('> ');
  talk.type('ship 1.4.2 to production');
  await talk.sees('staging');
  talk.type('hello');
  talk.press('you');
  await talk.sees('> hello y');
  await talk.sees('c show the context');
  await talk.sees('> ');
  talk.type('y');
  await talk.sees('1.4.2 is on production.');
  await talk.sees('hello you');
  talk.type('!');
  await talk.sees('I am only a script');
  talk.press('\u0004');
  expect(await talk.exit).toBe(0);
  expect(talk.text()).toContain('> hello you!');
});

test.concurrent.each([
  ['on a terminal', {}, true],
  ['in CI', { CI: 'true' }, false],
  ['on a dumb terminal', { TERM: 'dumb' }, false],
])('%s, what works is shown: %j %s', SLOW, async (_, env, isShown) => {
  const start = terminal(await project(), ['ship 1.4.1'], { env });
  expect(await start.exit).toBe(0);
  expect(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] 0 s/.test(start.raw())).toBe(isShown);
});

test.concurrent('two terminals on one thread', SLOW, async () => {
  const cwd = await project();
  const talk = terminal(cwd, ['ship 1.4.2 to production']);
  await talk.sees('c show the context');
  const call = await openCall(cwd);
  const watcher = terminal(cwd, ['watch', call.split(':')[0] ?? '']);
  await watcher.sees('npm start deny');
  await piped(cwd, 'approve', call);
  for (const screen of [talk, watcher]) {
    await screen.sees('approved by');
    await screen.sees('1.4.2 is on production.');
    expect(await screen.exit).toBe(0);
  }
});

test.concurrent(
  'Ctrl-C while a tool runs ends the process, and says how to go on',
  SLOW,
  async () => {
    const cwd = await project();
    const start = terminal(cwd, ['ship 1.4.2 to production']);
    await start.sees('staging');
    start.press('\u0003');
    expect(await start.exit).toBe(130);
    const [id] = (await openCall(cwd)).split(':');
    expect(start.text()).toContain(`    npm start resume ${id}\n`);
    const resumed = await piped(cwd, 'resume', id ?? '');
    expect(resumed.out).toContain('deploy may be running until ');
  },
);

test.concurrent('without a terminal, it helps or works, and never asks', SLOW, async () => {
  const cwd = await project();
  expect(await piped(cwd)).toEqual({
    code: 1,
    out: '',
    err: '  A conversation needs a terminal. Without one, see: npm start help\n',
  });
  expect(await piped(cwd, 'help')).toMatchObject({
    code: 0,
    out: expect.stringContaining('npm start approve <call>'),
  });
  const started = await piped(cwd, 'ship', '1.4.2', 'to', 'production');
  expect(started).toMatchObject({
    code: 0,
    out: expect.stringMatching(/npm start approve t_\w+:7\n/),
  });
  expect(await piped(cwd, 'show', 't_nope')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^.*\n$/),
  });
  expect(await piped(cwd, 'aprove', 't_1:2')).toMatchObject({
    code: 1,
    err: expect.stringContaining('npm start approve t_1:2'),
  });
});

test.concurrent('in the background of a shell, it works on', SLOW, async () => {
  const cwd = await project();
  // With job control, a shell gives the terminal to one job at a time.
  const line = 'set -m; "$0" start.js "ship 1.4.2 to staging" & wait';
  const shell = terminal(cwd, ['-c', line, process.execPath], { program: 'sh' });
  await shell.sees('1.4.2 is on staging.');
  expect(await shell.exit).toBe(0);
});

test.concurrent('what the system refuses is one line', SLOW, async () => {
  const cwd = await project();
  await writeFile(join(cwd, '.agent'), 'not a folder');
  expect(await piped(cwd, 'hello')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^  E[A-Z]+: .*\n$/),
  });
});

test.concurrent('a person plays the model: lists, deploys, approves, is done', SLOW, async () => {
  const talk = terminal(await project(played));
  const pick = async (step: string) => {
    await talk.sees('number> ');
    talk.type(step);
  };
  const fill = async (field: string, text: string) => {
    await talk.sees(`${field}> `);
    talk.type(text);
  };
  await talk.sees('> ');
  talk.type('ship the latest');
  await talk.sees(' text: ship the latest');
  await pick('1');
  await talk.sees('1.4.2|2026-11-18|Webhooks are retried');
  await pick('2');
  await fill('version', '1.4.2');
  await fill('to', '2');
  await talk.sees('needs your approval');
  await fill('', 'y');
  await talk.sees(' deployed: 1.4.2');
  await pick('4');
  await fill('message', '');
  await talk.sees('It cannot be left out.');
  await fill('message', '1.4.2 is on production.');
  await talk.sees('  3  ');
  await talk.sees('> ');
  talk.press('\u0004');
  expect(await talk.exit).toBe(0);
  expect(talk.text()).toMatch(
    / {2}2 {2}deploy {13}\{"version":"1.4.2","to":"production"\} {3}ok, 1.\d s\n/,
  );
  expect(talk.text()).toContain('  3  done_for_now       1.4.2 is on production.\n');
});

test.concurrent.each(['\u0003', '\u0004'])(
  'who plays the model may leave at any field by %j',
  SLOW,
  async (key) => {
    const cwd = await project(played);
    const start = terminal(cwd, ['ship it']);
    await start.sees('number> ');
    start.type('3');
    await start.sees('question> ');
    start.press(key);
    expect(await start.exit).toBe(130);
    const [id] = (await openCall(cwd)).split(':');
    expect(start.text().replaceAll('\r', '')).toMatch(
      new RegExp(
        `question> \n {2}Stopped.\n {2}To go on, unless a process runs it:\n {4}npm start resume ${id}\n$`,
      ),
    );
  },
);

test.concurrent(
  'what the model is asked goes away when another process moves on',
  SLOW,
  async () => {
    const cwd = await project(played);
    const start = terminal(cwd, ['ship it']);
    await start.sees('number> ');
    start.press('1');
    const [id = ''] = (await openCall(cwd)).split(':');
    await piped(cwd, 'cancel', id, 'no need');
    await start.sees('cancelled by');
    expect(await start.exit).toBe(0);
    expect(start.raw()).toContain('\r\u001b[J     \u001b[36mcancelled by ');
    expect(start.text()).toMatch(/cancelled by \S+: no need\n\r$/);
  },
);

test.concurrent('a flag that npm keeps for itself is refused, not left out', SLOW, async () => {
  const cwd = await project();
  await writeFile(
    join(cwd, 'package.json'),
    '{"type":"module","scripts":{"start":"node start.js"}}',
  );
  const { stdout, stderr, exitCode } = await execa('npm', ['start', 'list', '--json'], {
    cwd,
    reject: false,
  });
  expect([exitCode, stdout.includes('[]')]).toEqual([1, false]);
  expect(stderr).toContain('npm kept --json for itself. Type: npm start -- list --json');
});

test.concurrent('where nobody sits, a model that is a person is handed over', SLOW, async () => {
  const { code, out } = await piped(await project(played), 'ship it');
  expect(code).toBe(0);
  expect(out).toContain(
    'there is no terminal to ask in: fix it and answer, to ask the model again.',
  );
});

test.concurrent(
  'on a running server, with --url or AGENT_URL, and nothing of the agent here',
  { timeout: 120_000 },
  async () => {
    const { agent } = toyAgent([write, done]);
    const authenticate = async ({ headers }: Request) =>
      headers.get('authorization') === 'Bearer secret' ? { name: 'ada' } : undefined;
    const server = await serveAgent({ ...agent, now: Date.now }, { authenticate });
    const cwd = await mkdtemp(join(await writeStarter(undefined, 'remote'), 'project-'));
    await writeFile(join(cwd, 'start.js'), "await import('../start.js');\n");
    await writeFile(join(cwd, '../src/agent/agent.ts'), "throw new Error('it needs a key');\n");
    try {
      expect(await piped(cwd, '--url', server.url, 'list')).toEqual({
        code: 1,
        out: '',
        err: `  ${server.url} needs a token: set its API_TOKEN in .env.\n`,
      });
      await writeFile(join(cwd, '.env'), 'API_TOKEN=secret\n');
      const start = terminal(cwd, ['--url', server.url, 'ship it']);
      await start.sees('l later');
      start.type('l');
      await start.sees(`npm start -- --url ${server.url} approve t_`);
      expect(await start.exit).toBe(0);
      expect(start.text()).toContain(`The agent is at ${server.url}.`);

      const swallowed = terminal(cwd, ['list', 'http://127.0.0.1:3000'], {
        env: {
          npm_config_url: 'true',
          npm_config_user_agent: 'npm/11.19.1 node/v20',
          npm_lifecycle_event: 'start',
        },
      });
      await swallowed.sees('Type: npm start -- --url http://... list');
      expect(await swallowed.exit).toBe(1);

      const again = terminal(cwd, ['list'], { env: { AGENT_URL: server.url } });
      await again.sees('waiting_for_approval');
      expect(await again.exit).toBe(0);
      const [, call = ''] = / approve (\S+)/.exec(start.text()) ?? [];
      const watch = terminal(cwd, [`--url=${server.url}`, 'watch', call.split(':')[0] ?? '']);
      await watch.sees('deny');
      const asked = terminal(cwd, ['--url', server.url, 'resume', call.split(':')[0] ?? '']);
      await asked.sees('l later');
      const approved = await piped(cwd, '--url', server.url, 'approve', call);
      expect(approved).toMatchObject({ code: 0, err: '' });
      expect(approved.out).toMatch(
        /approved by ada \(this terminal\)\n.*production.*ok\n.*done\n$/,
      );
      for (const screen of [watch, asked]) {
        await screen.sees('approved by ada');
        await screen.sees('done');
        expect(await screen.exit).toBe(0);
      }
      const waiting = terminal(cwd, ['--url', server.url]);
      await waiting.sees('> ');
      waiting.type('and now?');
      await waiting.sees('l later');
      await waiting.sees('> ');
      waiting.press('\u0003');
      await waiting.sees('Waiting.');
      expect(await waiting.exit).toBe(0);
    } finally {
      await server.stop();
      await rm(join(cwd, '..'), { recursive: true, force: true });
    }
  },
);
