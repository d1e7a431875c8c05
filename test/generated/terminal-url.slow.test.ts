import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Step } from '../../registry/agent/core/event.ts';
import { remoteBackend } from '../../registry/agent/terminal/remote.ts';
import { toyTerminal } from '../../registry/agent/terminal/toy-terminal.ts';
import { ask, done, read, toyAgent, write } from '../../registry/agent/testing/toy-agent.ts';
import { allCommands } from '../support/generated/terminal-commands.ts';
import { serveAgent } from '../support/generated/serve-agent.ts';

const opened: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.stop();
});

type Options = Parameters<typeof toyTerminal>[1];

/** An agent on a server where tokens are names, and a terminal of somebody's far away. */
async function served(steps: readonly Step[], options: Parameters<typeof toyAgent>[1] = {}) {
  const { agent } = toyAgent(steps, options);
  const authenticate = async ({ headers }: Request) => {
    const [, name] = /^Bearer (\w+)$/.exec(headers.get('authorization') ?? '') ?? [];
    return name === undefined ? undefined : { name };
  };
  const server = await serveAgent({ ...agent, now: Date.now }, { authenticate });
  opened.push(server);
  const far = (options: Options = {}, token: string | undefined = 'ada') =>
    toyTerminal((screen) => remoteBackend({ url: server.url, token }, screen), {
      commands: allCommands,
      ...options,
    });
  return { ...server, far };
}

const idOf = async ({ far }: Awaited<ReturnType<typeof served>>): Promise<string> =>
  JSON.parse(await far().raw('list', '--json'))[0].id;

const started = 'The agent is at http://127.0.0.1:PORT.\n  t_1 started\n';
const plainly = (printed: string) => printed.replace(/:\d{4,5}\b/g, ':PORT').trimStart();

const asking = `\
  1  write              {"to":"production"}
     needs your approval: it writes (policy.ts)`;
const continues = `\
  Waiting. Nothing is running; it is saved. Answer by DATE:
    npm start approve t_1:1
    npm start deny t_1:1 "why"`;

test('a message starts a thread, and prints what happens and what is open', async () => {
  const { far } = await served([read, write, done]);
  expect(plainly(await far().run('go on then'))).toBe(`${started}\
  1  read               {}                                   ok
  2  write              {"to":"production"}
     needs your approval: it writes (policy.ts)
  Waiting. Nothing is running; it is saved. Answer by DATE:
    npm start approve t_1:4
    npm start deny t_1:4 "why"`);
});

test('approved, denied, answered, told more and cancelled by later commands', async () => {
  const server = await served([write, write, ask, ask, ask]);
  await server.far().run('go');
  const [id, { run, raw }] = [await idOf(server), server.far()];
  expect(await run('approve', `${id}:1`, 'looks good')).toContain(`\
     approved by ada (this terminal): looks good
  1  write              {"to":"production"}                  ok
  2  write              {"to":"production"}
`);
  expect(await run('deny', `${id}:5`, 'once is enough')).toContain(`\
     denied by ada (this terminal): once is enough
  3  ask                Which one?
`);
  expect(await run('answer', `${id}:7`, 'the second')).toContain(
    '  4  ask                Which one?\n',
  );
  expect(await run('say', id, 'never mind')).toMatch(
    /^ {5}so the question was taken back\n {2}5 {2}ask /,
  );
  expect(await run('resume', id)).toContain('npm start answer');
  expect(await run('cancel', id, 'no need')).toBe('     cancelled by ada: no need');
  expect(await run('resume', id)).toBe('  It was cancelled permanently.');
  expect(await run('watch', id)).toBe('  t_1 is cancelled.');
  expect(await run('show', id)).toMatch(
    /^ {2}t_1 {2}cancelled, 13 events\n[^]*ada {5}cancelled: no need\n/,
  );
  expect(await run('list')).toMatch(/^ {2}t_1 {2}cancelled {2}DATE {2}go$/);
  expect(await raw('show', id, '--svg')).toMatch(/^<svg [^]*<\/svg>\n$/);
  const document = JSON.parse(await raw('show', id, '--json'));
  expect(document).toMatchObject({ id, status: 'cancelled', version: 13, open: null });
  expect(JSON.parse(await raw('list', '--json'))).toMatchObject([{ id, version: 13 }]);
});

test('a thread is forked at the server, and its copy let run', async () => {
  const server = await served([read, read, done]);
  await server.far().run('go');
  const [id, { run, raw }] = [await idOf(server), server.far()];
  expect(await run('fork', id, '1')).toContain(`\
  t_1 is a copy of t_1. Each of its steps needs approval.
`);
  const threads: readonly { id: string; version: number }[] = JSON.parse(
    await raw('list', '--json'),
  );
  const copy = threads.find((thread) => thread.id !== id)?.id ?? '';
  await expect(run('lift', id)).rejects.toThrow(`${id} is not held`);
  expect(await run('lift', copy)).toContain('lifted the approval of each step by ada');
  expect(await run('approve', `${copy}:2`)).toContain('2  read               {}');
  expect(await run('show', copy)).toContain('copied t_1 up to event 1');
  expect(await raw('show', copy, '--svg')).toContain('copied t_');
});

test('--json waits for the server, and prints the document', async () => {
  const { far } = await served([read, done]);
  expect(JSON.parse(await far().raw('go on then', '--json'))).toMatchObject({
    status: 'done',
    version: 5,
  });
});

describe('asked in place', () => {
  const help = '     Approve?  y yes   n no, and say why   l later';

  test('a person here answers; the context is not offered', async () => {
    const { far } = await served([write, done]);
    expect(plainly(await far({ typed: ['c', 'y'] }).run('go on then'))).toBe(`${started}${asking}
${help}
> c
${help}
     Or type a sentence: the agent drops this step, and reads what you say.
     /new starts a new thread, /quit leaves. This request stays open.
> y
     approved by ada (this terminal)
  1  write              {"to":"production"}                  ok
  2  done`);
  });

  test('whoever is faster answers, and the person here is told', async () => {
    const server = await served([write, done]);
    const typed = [async () => server.far({}, 'bob').run('deny', `${await idOf(server)}:1`, 'no')];
    expect(plainly(await server.far({ typed }).run('go on then'))).toBe(
      `${started}${asking}\n${help}\n>\n     denied by bob: no\n  2  done`,
    );
  });

  test('who may not approve is told, and asked again', async () => {
    const { far } = await served([write]);
    expect(plainly(await far({ typed: ['y', 'l'] }, 'eve').run('go on then'))).toBe(
      `${started}${asking}\n${help}\n> y\n     eve may not approve; ada, bob may.\n` +
        `${asking}\n${help}\n> l\n${continues}`,
    );
  });

  test('a conversation stays in one thread, until /new', async () => {
    const { far } = await served([done, read, done]);
    const typed = ['hello', 'go on', 'npm start list', '/new', 'hello', '/quit'];
    const printed = plainly(await far({ typed }).run());
    expect(printed).toContain(
      '> go on\n  2  read               {}                                   ok\n  3  done\n',
    );
    expect(printed.match(/t_1 started/g)).toHaveLength(2);
    expect(printed).toContain('That is for your shell');
    expect(JSON.parse(await far().raw('list', '--json'))).toHaveLength(2);
  });
});

test('watching prints what others do, until it is over', async () => {
  const server = await served([write, read, done]);
  await server.far().run('go');
  const id = await idOf(server);
  const { run, printed } = server.far();
  const watched = run('watch', id);
  await expect.poll(printed).toContain('npm start deny');
  await server.far({}, 'bob').run('approve', `${id}:1`);
  expect(await watched).toBe(`\
  t_1 is waiting_for_approval. Ctrl-C leaves.
${asking}
${continues}
     approved by bob
  1  write              {"to":"production"}                  ok
  2  read               {}                                   ok
  3  done
  t_1 is done.`);
});

test('a step that the policy denies is no request', async () => {
  const { far } = await served([write, done], { onWrite: { deny: 'nobody writes' } });
  expect(plainly(await far({ typed: [] }).run('go on then'))).toBe(`${started}\
  1  write              {"to":"production"}   denied by policy.ts: nobody writes
  2  done`);
});

describe('what a server refuses is a sentence', () => {
  test.each([
    [['show', 't_no'], 'There is no thread t_no.'],
    [['show', '../etc'], '../etc is not a thread.'],
    [['approve', 't_no:1'], 'There is no thread t_no.'],
    [['say', 't_no', 'hi'], 'There is no thread t_no.'],
    [['export'], 'This needs the agent itself'],
    [['import'], 'This needs the agent itself'],
    [['show', 't_no', '--context'], 'This needs the agent itself'],
    [['show', 't_no', '--request'], 'This needs the agent itself'],
  ])('%j', async (argv, sentence) => {
    const { far } = await served([]);
    await expect(far().run(...argv)).rejects.toThrow(sentence);
  });

  test('an answer that comes too late, or of somebody who may not', async () => {
    const server = await served([write, done]);
    await server.far().run('go');
    const call = `${await idOf(server)}:1`;
    await expect(server.far({}, 'eve').run('approve', call)).rejects.toThrow('There is no thread');
    await expect(server.far().run('answer', call, 'hi')).rejects.toThrow(`${call} is not waiting`);
    await server.far().run('approve', call);
    await expect(server.far().run('deny', call, 'no')).rejects.toThrow(
      /^Already answered: approved by ada, .*changed\.$/,
    );
  });

  test('a token that is missing or wrong, and a server that is none', async () => {
    const { url, far, stop } = await served([]);
    await expect(far({}, '').run('list')).rejects.toThrow(
      `${url} needs a token: set its API_TOKEN in .env.`,
    );
    await expect(far({}, 'not a name').run('list')).rejects.toThrow(
      `${url} does not accept this API_TOKEN.`,
    );
    const elsewhere = toyTerminal((screen) =>
      remoteBackend({ url: `${url}/else`, token: 'ada' }, screen),
    );
    const wrongPath = `Is the path of ${url}/else right?`;
    for (const command of [['list'], ['show', 't_1'], ['hello', 'there']])
      await expect(elsewhere.run(...command)).rejects.toThrow(wrongPath);
    await expect(far().run('show', 't_1')).rejects.toThrow('There is no thread t_1.');
    await stop();
    await expect(far().run('list')).rejects.toThrow(
      `Nothing listens at ${url}: is the server running, and is the port right?`,
    );
  });
});

describe('a server that is somebody else’s', () => {
  const at = '2026-01-01T00:00:00Z';
  const call = { type: 'tool_call', step: { intent: 'write' }, awaits: 'approval', at };
  const told = { type: 'message', from: 'ada', text: 'go', at };

  /** One whose only thread has these events. */
  async function hostile(event: unknown) {
    const server = createServer(({ url = '' }, response) => {
      if (url.endsWith('/events')) {
        response.setHeader('content-type', 'text/event-stream');
        return response.end(`data: ${JSON.stringify({ version: 1, status: 'done', event })}\n\n`);
      }
      const thread = { id: 't', status: 'done', version: 1, due: null };
      if (url.startsWith('/threads?'))
        return response.end(JSON.stringify({ threads: [thread], next: null }));
      return response.end(JSON.stringify({ ...thread, usage: {}, open: null, events: [event] }));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    opened.push({ stop: () => server.close() });
    const { port } = server.address() as AddressInfo;
    return toyTerminal((screen) =>
      remoteBackend({ url: `http://127.0.0.1:${port}`, token: 'ada' }, screen),
    );
  }

  test.each<[string, unknown]>([
    ['a call that is a command', { ...call, call_id: 't:1"; rm -rf "$HOME' }],
    ['a call that acts on the terminal', { ...call, call_id: 't\u001b[2J:1' }],
    ['a time that is none', { ...call, call_id: 't:1', due: '2026-\u001b[2J' }],
    ['a text that is none', { ...told, text: 5 }],
    ['null', null],
    ['nothing', {}],
  ])('and sends %s is taken for none of ours', async (_, event) => {
    const { raw } = await hostile(event);
    for (const command of ['show t', 'watch t', 'list', 'list --json', 'show t --json'])
      await expect(raw(...command.split(' '))).rejects.toThrow('does not answer like an agent');
  });
});

test('a server that is lost while it is watched is said once', async () => {
  const server = await served([write]);
  await server.far().run('go');
  const { run, printed } = server.far({ typed: [] });
  void run('watch', await idOf(server)).catch(() => {});
  await expect.poll(printed).toContain('npm start deny');
  await server.stop();
  await expect
    .poll(printed, { timeout: 10_000 })
    .toContain('does not answer. Trying again; Ctrl-C leaves.');
});
