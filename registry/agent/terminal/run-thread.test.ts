import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PermanentModelError } from '../core/errors.ts';
import { approve, cancel, start } from '../core/people.ts';
import { advance } from '../core/loop.ts';
import type { Agent } from '../core/agent.ts';
import { load } from '../core/store.ts';
import { ask, done, read, toyAgent, write } from '../testing/toy-agent.ts';
import { toyTerminal } from './toy-terminal.ts';

const asking = `\
  1  write              {"to":"production"}
     needs your approval: it writes (policy.ts)
     Approve?  y yes   n no, and say why   l later   c show the context`;
const again = `${asking.split('\n')[2]}
     Or type a sentence: the agent drops this step, and reads what you say.
     /new starts a new thread, /quit leaves. This request stays open.`;
const continues = `\
  Waiting. Nothing is running; it is saved. Answer by DATE:
    npm start approve t_1:1
    npm start deny t_1:1 "why"`;
const approved = `\
     approved by ada (this terminal)
  1  write              {"to":"production"}                  ok
  2  done`;

/** Returns the text below the request after these lines were typed. */
async function typedBelow(...typed: readonly string[]): Promise<string> {
  const { agent } = toyAgent([write, done]);
  const printed = await toyTerminal(agent, { typed }).run('go on then');
  expect(printed.startsWith(`  t_1 started\n${asking}\n`)).toBe(true);
  return printed.slice(`  t_1 started\n${asking}\n`.length);
}

test.each([
  ['y', ['y'], `> y\n${approved}`],
  ['Yes.', ['Yes.'], `> Yes.\n${approved}`],
  [
    'n, and why',
    ['n', 'not today'],
    '> n\nWhy? not today\n     denied by ada (this terminal): not today\n  2  done',
  ],
  [
    'n with the reason',
    ['no, not today'],
    '> no, not today\n     denied by ada (this terminal): not today\n  2  done',
  ],
  ['l', ['l'], `> l\n${continues}`],
  ['Ctrl-C', [], `>\n${continues}`],
  ['/quit', ['/quit'], `> /quit\n${continues}`],
  [
    'a sentence',
    ['write to staging'],
    '> write to staging\n     so write was taken back\n  2  done',
  ],
])('asked in place, a person types %s', async (_, typed, below) => {
  expect(await typedBelow(...typed)).toBe(below);
});

test.each([
  ['yes, but to staging first', '"yes, but to staging first" is none of these:'],
  ['npm start approve t_1:1', 'That is for your shell: /quit first, or use a second terminal.'],
  ['approve t_1-6:1', 'That is for your shell: /quit first, or use a second terminal.'],
  ['show t_1-6_0', 'That is for your shell: /quit first, or use a second terminal.'],
  ['ok', '"ok" is none of these:'],
  ['/nwe', '"/nwe" is none of these:'],
  ['?c', '"?c" is none of these:'],
  ['', undefined],
])('"%s" approves nothing: it asks again', async (typed, why) => {
  const problem = why ? `\n     ${why}` : '';
  expect(await typedBelow(typed, 'l')).toBe(
    `> ${typed}`.trimEnd() + `${problem}\n${again}\n> l\n${continues}`,
  );
});

test('no reason, no denial: it asks again', async () => {
  expect(await typedBelow('n', '', 'y')).toBe(
    `> n\nWhy?\n     A denial needs a reason.\n${again}\n> y\n${approved}`,
  );
});

test('the context can be looked at before deciding', async () => {
  expect(await typedBelow('c', 'y')).toContain(
    '> c\nPlay.\n<message>\n from: ada\n text: go on then\n<tool_call>',
  );
});

test.each(['/new', '/context', '/x'])('at a question, %s is no answer', async (typed) => {
  const { agent } = toyAgent([ask, done]);
  await toyTerminal(agent, { typed: [typed, '/quit'] }).run('go on then');
  const [info] = await agent.store.list({ limit: 1 });
  expect(info?.status).toBe('waiting_for_human');
});

test('on a narrow screen, it folds', async () => {
  const { agent } = toyAgent([ask, write]);
  const { run } = toyTerminal(agent, { typed: ['the second', 'l'], columns: 44 });
  expect(await run('go on then')).toBe(`\
  t_1 started
  1  ask Which one?
     Type the answer
     /later
     /new
     /quit
     /context
> the second
  2  write {"to":"production"}
     needs your approval: it writes
     (policy.ts)
     Approve?  y yes
     n no, and say why
     l later
     c show the context
> l
  Waiting. Nothing is running; it is saved.
  Answer by DATE:
    npm start approve t_1:3
    npm start deny t_1:3 "why"`);
});

test('an answer from elsewhere ends the question here, and is printed', async () => {
  const { agent } = toyAgent([write, done]);
  const typed = [
    () =>
      firstOpen(agent, (call) =>
        approve(agent, call, { approved: false, by: 'bob', comment: 'no' }),
      ),
  ];
  expect(await toyTerminal(agent, { typed }).run('go on then')).toBe(
    `  t_1 started\n${asking}\n>\n     denied by bob: no\n  2  done`,
  );
});

async function firstOpen(
  agent: Agent,
  act: (call: string, id: string) => Promise<unknown>,
): Promise<void> {
  const [thread] = await agent.store.list({ limit: 1 });
  await act(`${thread?.id}:1`, thread?.id ?? '');
}

test('who may not approve is told, and asked again', async () => {
  const { agent } = toyAgent([write]);
  const policy = { ...agent.policy, approvers: ['bob'] };
  const printed = await toyTerminal({ ...agent, policy }, { typed: ['y', 'l'] }).run('go on then');
  expect(printed).toBe(
    [
      `  t_1 started\n${asking}\n> y\n     ada may not approve; bob may.`,
      `${asking}\n> l\n${continues}`,
    ].join('\n'),
  );
});

test('a conversation stays in one thread, until /new', async () => {
  const { agent } = toyAgent([done, read, done, done]);
  const typed = ['hello', '', 'go on', '/nwe', 'npm start list', '/new', 'hello', '/quit'];
  expect(await toyTerminal(agent, { typed }).run()).toBe(`\
  /new starts a new thread, /quit leaves
> hello
  t_1 started
  1  done
>
> go on
  2  read               {}                                   ok
  3  done
> /nwe
  There are /new and /quit.
> npm start list
  That is for your shell: /quit first, or use a second terminal.
> /new
  The next message starts a new thread.
> hello
  t_1 started
  1  done
> /quit`);
  expect((await agent.store.list({ limit: 9 })).map(({ version }) => version).sort()).toEqual([
    2, 7,
  ]);
});

test('who puts a question off is told how to go on', async () => {
  const { agent } = toyAgent([ask, done]);
  const printed = await toyTerminal(agent, { typed: ['hello', '/later'] }).run();
  expect(printed).toBe(`\
  /new starts a new thread, /quit leaves
> hello
  t_1 started
  1  ask                Which one?
     Type the answer   /later   /new   /quit   /context
> /later
  Waiting. Nothing is running; it is saved. Answer by DATE:
    npm start answer t_1:1 "text"
>`);
});

/** An agent whose model rejects its key as long as `isWrong`. */
function agentWithKey() {
  const { agent, clock } = toyAgent([done]);
  const key = { isWrong: true };
  const model: Agent['model'] = (request) => {
    if (!key.isWrong) return agent.model(request);
    return Promise.reject(new PermanentModelError('Acme said 401: is ACME_API_KEY right?'));
  };
  return { agent: { ...agent, model, now: () => clock.ms }, clock, key };
}

const rejected = `\
     handed to you: Acme said 401: is ACME_API_KEY right? Fix it and answer, to
     ask the model again.
     Enter asks again   Type the answer   /later   /new   /quit   /context`;

test('who is asked about a variable is told that it counts in a new process', async () => {
  const { agent, clock } = agentWithKey();
  clock.ms = Date.now();
  expect(await toyTerminal(agent, { typed: ['/later'] }).run('hello there')).toBe(`\
  t_1 started
${rejected}
     This process does not see changes of .env. After one: /quit, then npm start
     resume t_1
> /later
  Waiting. Nothing is running; it is saved. Answer by DATE:
    npm start answer t_1:1 "go on"`);
});

test('a later process asks the model again', async () => {
  const { agent, key } = agentWithKey();
  const { id } = await start(agent, { channel: 'test', from: 'ada', text: 'go' });
  await advance(agent, id);
  expect(await toyTerminal(agent, { typed: ['/quit'] }).run('resume', id)).toBe(`\
${rejected}
> /quit
  Waiting. Nothing is running; it is saved. Answer by DATE:
    npm start answer t_1:3 "go on"`);
  key.isWrong = false;
  expect(await toyTerminal(agent, {}).run('resume', id)).toContain('done');
  const { events } = await load(agent.store, id);
  expect(events[2]).toMatchObject({ type: 'human_response', by: 'ada', text: 'Go on.' });
});

test('what was typed while the last step ran is not lost', async () => {
  const { agent } = toyAgent([done]);
  const terminal = toyTerminal(agent, { typed: [], typedAhead: 'and tidy up' });
  expect(await terminal.run('go on then')).toContain(
    '  Not sent: and tidy up\n  To send it: npm start say t_1 "..."',
  );
});

test('Enter is no answer to a question', async () => {
  const { agent } = toyAgent([ask, done]);
  await toyTerminal(agent, { typed: ['', '/quit'] }).run('go on then');
  const [info] = await agent.store.list({ limit: 1 });
  expect(info?.status).toBe('waiting_for_human');
});

test.each([
  ['a question', [ask, done], ['/new']],
  ['an approval', [write, done], ['/new']],
  ['the reason of a denial', [write, done], ['n', '/new']],
])('/new at %s leaves it open, and starts a conversation', async (_, steps, typed) => {
  const { agent } = toyAgent(steps);
  const lines = [...typed, 'hello', ...typed, '/quit'];
  const printed = await toyTerminal(agent, { typed: lines }).run('go on then');
  expect(printed).toMatch(/Waiting\.[^]*\n {2}The next message starts a new thread\.\n> hello\n/);
  const threads = await agent.store.list({ limit: 9 });
  expect(threads.map(({ version }) => version)).toEqual([2, 2]);
});

test.each([
  ['a message', [done], []],
  ['a question', [ask, done], ['go']],
  ['an approval', [write, done], ['go']],
  ['the reason of a denial', [write, done], ['go', 'n']],
])('/quit at %s leaves', async (_, steps, typed) => {
  const { agent } = toyAgent(steps);
  const printed = await toyTerminal(agent, { typed: [...typed, '/quit', 'lost'] }).run();
  expect(printed).not.toContain('lost');
  for (const { version } of await agent.store.list({ limit: 9 })) expect(version).toBe(2);
});

test.each(['is t_1 done?', 'see t_1 for the version'])(
  '"%s" is a message, and an answer',
  async (line) => {
    const { agent } = toyAgent([ask, done]);
    await toyTerminal(agent, { typed: [line, line, '/quit'] }).run();
    const [info] = await agent.store.list({ limit: 1 });
    const { events } = await load(agent.store, info?.id ?? '');
    expect(events.filter((event) => 'text' in event)).toMatchObject([
      { text: line },
      { text: line },
    ]);
  },
);

test.each(['approve t_1:4', '/aproove t_1:4', '/approve', 'npm start approve t_1:4'])(
  'at no prompt is "%s" sent to the model',
  async (line) => {
    for (const steps of [[ask], [write], [done]]) {
      const { agent } = toyAgent(steps);
      await toyTerminal(agent, { typed: ['go on', line, '/quit'] }).run();
      const threads = await agent.store.list({ limit: 9 });
      expect(threads.map(({ version }) => version)).toEqual([2]);
    }
  },
);

test('a refused message does not end the conversation', async () => {
  const { agent } = toyAgent([write, done, done]);
  const gone = () => firstOpen(agent, (_, id) => cancel(agent, id, { by: 'bob' }));
  const printed = await toyTerminal(agent, { typed: ['hello', gone, 'more', '/quit'] }).run();
  expect(printed).toContain(
    '     cancelled by bob\n> more\n  t_1 was cancelled. Start a new thread.\n> /quit',
  );
});

test('a call that another process runs is waited for', async () => {
  const { agent } = toyAgent([write, done], {
    run: () => setTimeout(20, 'written'),
    timeoutMs: 5_000,
  });
  const elsewhere = () =>
    firstOpen(agent, async (call, id) => {
      await approve(agent, call, { approved: true, by: 'bob' });
      void advance(agent, id);
    });
  expect(await toyTerminal(agent, { typed: [elsewhere] }).run('go on then')).toBe(`\
  t_1 started
${asking}
>
     approved by bob
  1  write              {"to":"production"}
     another process may be running it: waiting until TIME at most
  1  write              {"to":"production"}                  written
  2  done`);
});
