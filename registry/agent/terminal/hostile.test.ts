import { expect, test } from 'vitest';
import { Refused } from '../core/errors.ts';
import { answer, approve, start } from '../core/people.ts';
import { advance } from '../core/loop.ts';
import { Damaged, load, type Store } from '../core/store.ts';
import { ask, done, read, toyAgent, write } from '../testing/toy-agent.ts';
import { toyTerminal } from './toy-terminal.ts';

/** Clears the screen, sets the title, rings, hides, reorders, and ends in half a character. */
const hostile = 'a\u001b[2J\u001b]0;title\u0007b\u009b31m\r\u0000\u202ec\u{e0041}\u2028d\ud800';
// Characters that a terminal acts on or a reader cannot see.
const raw = /(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** A thread with hostile text of a person, the model, its tool, its errors, and the policy. */
async function hostileThread() {
  const steps = [{ intent: 'write', to: hostile }, read, { ...ask, question: hostile }, done];
  let runs = 0;
  const run = () =>
    runs++ === 0 ? Promise.resolve({ [hostile]: hostile }) : Promise.reject(new Error(hostile));
  const policy = { approvers: [hostile] };
  const { agent } = toyAgent(steps, { onWrite: { ask: hostile }, run, policy });
  const { id } = await start(agent, { channel: 'test', from: hostile, text: hostile });
  const call = (await advance(agent, id)).state.open?.call_id ?? '';
  await approve(agent, call, { approved: true, by: hostile, comment: hostile });
  return { agent, thread: await advance(agent, id) };
}

test('the store keeps hostile text unchanged', async () => {
  const { thread } = await hostileThread();
  expect(thread.events[0]).toMatchObject({ from: hostile, text: hostile });
  expect(thread.events.find(({ type }) => type === 'tool_result')).toMatchObject({
    result: { [hostile]: hostile },
  });
});

test.each([['show'], ['show --context'], ['list'], ['resume'], ['cancel']])(
  '%s prints nothing that a terminal acts on',
  async (command) => {
    const { agent, thread } = await hostileThread();
    const [word = '', ...flags] = command.split(' ');
    const argv = word === 'list' ? [word] : [word, thread.id, ...flags];
    const printed = await toyTerminal(agent, { typed: ['/later'] }).raw(...argv);
    expect(printed).toMatch(word === 'cancel' ? /cancelled by ada/ : /a\\u\{1b\}/);
    expect(printed).not.toMatch(raw);
  },
);

test('unseen characters are shown in arguments to approve, and emoji stay in texts', async () => {
  const unseen = 'pay\u200b\u{e0041}\ufe0f 👩\u200d👧\nnow';
  const { agent } = toyAgent([{ intent: 'write', to: unseen }, done]);
  const { id } = await start(agent, { channel: 'test', from: 'ada', text: 'for 👩\u200d👧' });
  const call = (await advance(agent, id)).state.open?.call_id ?? '';
  const pay = 'pay\\u{200b}\\u{e0041}\\u{fe0f} 👩\\u{200d}👧';
  const request = ` (1) │ ${pay}\n │ now\n`;
  const spaces = (text: string) => text.replace(/ +/g, ' ');
  const asked = await toyTerminal(agent, { typed: ['l'] }).raw('resume', id);
  expect(spaces(asked)).toContain(request);
  const listed = await toyTerminal(agent).raw('show', id);
  expect(spaces(listed)).toContain(request);
  expect(listed).toContain('for 👩\u200d👧');
  expect(spaces(await toyTerminal(agent).raw('approve', call))).toContain(request);
});

test('watching prints nothing that a terminal acts on', async () => {
  const { agent, thread } = await hostileThread();
  const { run, printed } = toyTerminal(agent);
  const watched = run('watch', thread.id);
  await expect.poll(printed).toContain('npm start answer');
  await answer(agent, thread.state.open?.call_id ?? '', { by: hostile, text: hostile });
  await advance(agent, thread.id);
  expect(await watched).toContain('a\\u{1b}[2J');
  expect(printed()).not.toMatch(raw);
});

test('a message of a megabyte is saved whole, and shown without delay', async () => {
  const { agent } = toyAgent([done]);
  const text = 'a word or two '.repeat(75_000);
  const terminal = toyTerminal(agent);
  await terminal.raw('--', text);
  const [info] = await agent.store.list({ limit: 1 });
  const { events } = await load(agent.store, info?.id ?? '');
  expect(events[0]).toMatchObject({ text });
  expect((await terminal.raw('show', info?.id ?? '')).replace(/\s+/g, ' ')).toContain(text.trim());
  expect((await terminal.raw('list')).length).toBeLessThan(200);
});

async function waiting() {
  const { agent, clock, ran } = toyAgent([write, done]);
  const { id } = await start(agent, { channel: 'test', from: 'ada', text: 'go' });
  const call = (await advance(agent, id)).state.open?.call_id ?? '';
  return { agent, clock, ran, id, call };
}

test('an expired request says how to go on', async () => {
  const { agent, clock, ran, call } = await waiting();
  clock.ms += 365 * 86_400_000;
  for (const argv of [
    ['approve', call],
    ['deny', call, 'no'],
  ]) {
    const terminal = toyTerminal(agent);
    await expect(terminal.run(...argv)).rejects.toThrow(`${call} has expired.`);
    expect(terminal.printed()).toContain('It has expired. To go on:\n    npm start resume t_1');
  }
  expect(ran).toEqual([]);
});

test('a clock set back by a day shows no negative times', async () => {
  const { agent, clock, call, id } = await waiting();
  clock.ms -= 86_400_000;
  expect(await toyTerminal(agent).run('approve', call)).toContain('asked by t_1, 0.0 s ago');
  expect(await toyTerminal(agent).run('show', id)).not.toContain('-');
});

test.each([
  ['a stale call', (call: string) => ['approve', call.replace(/\d+$/, '0')], 'is not waiting'],
  [
    'a call that waits for something else',
    (call: string) => ['answer', call, 'yes'],
    'the thread is waiting_for_approval',
  ],
  ['an empty message', () => [''], 'Usage: npm start "what you want"'],
  [
    'an empty message to a thread',
    (call: string) => ['say', call.replace(/:.*/, ''), ' '],
    'The message is empty.',
  ],
  ['an unknown thread', () => ['resume', 't_no'], 'There is no thread t_no.'],
])('%s is refused, and changes nothing', async (_, argv, reason) => {
  const { agent, id, call } = await waiting();
  await expect(toyTerminal(agent).run(...argv(call))).rejects.toThrow(Refused);
  await expect(toyTerminal(agent).run(...argv(call))).rejects.toThrow(reason);
  expect((await load(agent.store, id)).events).toHaveLength(2);
});

test('the readable events of a damaged thread are shown, then the error; list has it', async () => {
  const { agent, id } = await waiting();
  const { events } = await load(agent.store, id);
  const half = () => Promise.reject(new Damaged('line 2 is damaged', events.slice(0, 1)));
  const list: Store['list'] = async (query) =>
    (await agent.store.list(query)).map((info) => ({
      ...info,
      status: 'failed',
      details: undefined,
    }));
  const terminal = toyTerminal({ ...agent, store: { ...agent.store, load: half, list } });
  await expect(terminal.run('show', id)).rejects.toThrow('line 2 is damaged');
  expect(terminal.printed()).toBe('  DAY\n  TIME      ada     go');
  expect(await terminal.run('list')).toBe('  t_1  damaged  DATE  go');
  expect(JSON.parse(await terminal.raw('list', '--json'))).toMatchObject([
    { id, status: 'damaged', version: 1 },
  ]);
  for (const argv of [
    ['resume', id],
    ['say', id, 'hi'],
    ['show', id, '--json'],
    ['watch', id],
  ])
    await expect(terminal.run(...argv)).rejects.toThrow('line 2 is damaged');
});
