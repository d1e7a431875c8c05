import { describe, expect, test, vi } from 'vitest';
import { Refused } from '../core/errors.ts';
import { approve, start } from '../core/people.ts';
import { initial } from '../core/thread.ts';
import { advance } from '../core/loop.ts';
import { stamp, type Agent } from '../core/agent.ts';
import type { ModelRequest } from '../core/model.ts';
import { noUsage, type Event, type Usage } from '../core/event.ts';
import { append, load, type Store } from '../core/store.ts';
import { width } from '../screen/text.ts';
import { pending } from '../core/tool.ts';
import { ask, done, read, toyAgent, write } from '../testing/toy-agent.ts';
import type { Screen } from '../screen/screen.ts';
import { localBackend } from './local.ts';
import { toyTerminal } from './toy-terminal.ts';

/** A thread as `--json` prints it. */
const parsed = (json: string) =>
  JSON.parse(json) as { readonly usage: Usage; readonly events: readonly Event[] };

/** A thread that stands where the model's steps lead. */
async function begun(agent: Agent, text = 'go') {
  const { id } = await start(agent, { channel: 'test', from: 'ada', text });
  return advance(agent, id);
}

const callOf = async (agent: Agent) => (await begun(agent)).state.open?.call_id ?? '';

test('a message starts a thread, and prints its events and its request', async () => {
  const { agent } = toyAgent([read, write, done]);
  expect(await toyTerminal(agent).run('go on then')).toBe(`\
  t_1 started
  1  read               {}                                   ok
  2  write              {"to":"production"}
     needs your approval: it writes (policy.ts)
  Waiting. Nothing is running; it is saved. Answer by DATE:
    npm start approve t_1:4
    npm start deny t_1:4 "why"`);
});

test('a scripted model says that it is one', async () => {
  const { agent } = toyAgent([done]);
  const model = Object.assign(agent.model, {
    scripted: { about: 'It knows nothing.', example: 'ship it' },
  });
  expect(await toyTerminal({ ...agent, model }).run('hello')).toBe(`\
  A scripted model plays. It knows nothing.
  Use a real model: wire one in agent.ts
  Try: ship it
  t_1 started
  1  done`);
  expect(await toyTerminal({ ...agent, model }).run('ship it')).not.toContain('Try:');
});

test('approved by a later command', async () => {
  const { agent, clock, ran } = toyAgent([write, done]);
  const call = await callOf(agent);
  clock.ms += 14 * 3_600_000;
  expect(await toyTerminal(agent).run('approve', call, 'looks good')).toBe(`\
  write {"to":"production"}  asked by t_1, 14 h ago
     approved by ada (this terminal): looks good
  1  write              {"to":"production"}                  ok
  2  done`);
  expect(ran).toEqual([`write to production ${call}`]);
  await expect(toyTerminal(agent).run('approve', call)).rejects.toThrow(
    /^Already answered: approved by ada/,
  );
});

test('denied by a later command, with the reason', async () => {
  const { agent, ran } = toyAgent([write, ask, done]);
  expect(await toyTerminal(agent).run('deny', await callOf(agent), 'not on a Friday')).toBe(`\
  write {"to":"production"}  asked by t_1, 0.0 s ago
     denied by ada (this terminal): not on a Friday
  2  ask                Which one?
  Waiting. Nothing is running; it is saved. Answer by DATE:
    npm start answer t_1:3 "text"`);
  expect(ran).toEqual([]);
});

test('edited by a later command, with the arguments that change', async () => {
  const { agent, ran } = toyAgent([write, done]);
  const call = await callOf(agent);
  for (const [text, why] of [
    ['staging', /^Write the arguments as a JSON object: {"name": "value"}\.$/],
    ['["staging"]', /^Write the arguments as a JSON object/],
    ['{"to": 7}', /^Not a step/],
    ['{"to": 2512292042121000001}', /^2512292042121000001 cannot be kept exactly/],
    ['{"to": "production"}', 'This changes nothing: approve the call.'],
  ] as const)
    await expect(toyTerminal(agent).run('edit', call, text)).rejects.toThrow(why);
  expect(await toyTerminal(agent).run('edit', call, '{"to": "staging"}')).toBe(`\
  write {"to":"production"}  asked by t_1, 0.0 s ago
     changed to {"to":"staging"} by ada (this terminal)
  2  write              {"to":"staging"}                     ok
  3  done`);
  expect(ran).toHaveLength(1);
});

test('a request says who may approve, how many, and who has', async () => {
  const onWrite = { ask: 'it writes', approvers: ['@ops', 'bob'], count: 2, notRequester: true };
  const groups = () => ['carl', 'eve'];
  const { agent } = toyAgent([write, done], { onWrite, policy: { groups } });
  const call = await callOf(agent);
  const { id } = await load(agent.store, call.replace(/:.*/, ''));
  const request = () => toyTerminal(agent).run('show', id);
  expect(await request()).toContain(
    'needs your approval: it writes (policy.ts)\n     approvals needed: 2, of @ops, bob, not ada\n',
  );
  await approve(agent, call, { approved: true, by: 'eve', comment: 'fine' });
  const shown = await request();
  expect(shown).toContain('approvals needed: 2, of @ops, bob, not ada; approved by eve\n');
  expect(shown).toMatch(/eve +approved \(1 of 2\): fine\n/);
});

test('a request says whether enough people may approve by the policy of today', async () => {
  const { agent } = toyAgent([write], { onWrite: { ask: 'it writes', count: 2 } });
  const shownBy = async (saved: readonly string[], now: readonly string[]) => {
    const of = (approvers: readonly string[]) => ({
      ...agent,
      policy: { ...agent.policy, approvers },
    });
    const { id } = await begun(of(saved));
    return (await toyTerminal(of(now), { columns: 120 }).run('show', id)).split('\n\n')[1];
  };
  const lack = 'it writes (too few can approve it: 2 needed, only ada may) (policy.ts)\n';
  expect(await shownBy(['ada'], ['ada'])).toContain(lack);
  expect(await shownBy(['ada', 'bob'], ['ada'])).toContain(lack);
  expect(await shownBy(['ada'], ['ada', 'bob'])).toContain('it writes (policy.ts)\n');
});

test('a step that was approved asks for nothing', async () => {
  const { agent, clock } = toyAgent([write], { run: () => Promise.resolve(pending(60_000)) });
  const call = await callOf(agent);
  const id = call.replace(/:.*/, '');
  const shown = async () => (await toyTerminal(agent).run('show', id)).split('\n\n')[1];
  await approve(agent, call, { approved: true, by: 'ada' });
  expect(await shown()).toBe(`\
  1  write              {"to":"production"}
  To go on, unless a process runs it:
    npm start resume t_1`);
  await advance(agent, id);
  expect(await shown()).toBe(`\
  1  write              {"to":"production"}
  The result is due by TIME. Follow it, or go on then:
    npm start watch t_1
    npm start resume t_1`);
  clock.ms += 120_000;
  expect(await shown()).toBe(`\
  1  write              {"to":"production"}
  No result came in time. To go on:
    npm start resume t_1`);
});

test('a result that no one reports is looked for by resume, and watch says so', async () => {
  const results = [pending(60_000), 'shipped'];
  const run = () => Promise.resolve(results.shift());
  const { agent, clock } = toyAgent([read, done], { run });
  const { id } = await begun(agent);
  const { run: type, printed } = toyTerminal(agent);
  const watched = type('watch', id);
  await expect.poll(printed).toContain('t_1 is waiting_for_result. Ctrl-C leaves.');
  clock.ms += 120_000;
  const hint = 'No result came in time. To go on:\n    npm start resume t_1';
  await expect.poll(printed).toContain(hint);
  expect(await toyTerminal(agent).run('resume', id)).toContain('attempt 2');
  expect(await watched).toContain('t_1 is done.');
});

test('a question is answered by a later command', async () => {
  const { agent } = toyAgent([ask, done]);
  expect(await toyTerminal(agent).run('answer', await callOf(agent), 'the second')).toBe(
    '  2  done',
  );
});

test('a message takes a request back', async () => {
  const { agent } = toyAgent([write, done]);
  const { id } = await begun(agent);
  expect(await toyTerminal(agent).run('say', id, 'never mind')).toBe(
    '     so write was taken back\n  2  done',
  );
});

test('a step that the policy denies', async () => {
  const { agent } = toyAgent([write, done], { onWrite: { deny: 'not allowed' } });
  expect(await toyTerminal(agent).run('go on then')).toBe(`\
  t_1 started
  1  write              {"to":"production"}   denied by policy.ts: not allowed
  2  done`);
});

test('a missing setting of the model is reported before any save; list still works', async () => {
  const { agent } = toyAgent([]);
  const model = Object.assign(() => Promise.resolve({ step: {} }), {
    missing: () => ['A_KEY', 'A_MODEL'],
  });
  const terminal = toyTerminal({ ...agent, model });
  await expect(terminal.run('hello')).rejects.toThrow('Set A_KEY and A_MODEL in .env');
  expect(await terminal.run('list')).toContain('No threads yet');
});

test('a missing setting of any model that the policy may choose is reported', async () => {
  const { agent } = toyAgent([]);
  const lacks = (...names: readonly string[]) =>
    Object.assign(() => Promise.resolve({ step: {} }), { missing: () => names });
  const models = { cheap: lacks('A_KEY', 'A_MODEL'), other: lacks('A_KEY') };
  const policy = { ...agent.policy, modelFor: () => undefined };
  const chosen = toyTerminal({ ...agent, policy, models });
  await expect(chosen.run('hello')).rejects.toThrow('Set A_KEY and A_MODEL in .env');
});

test('where the policy chooses none, the others need nothing', async () => {
  const { agent } = toyAgent([done]);
  const models = {
    cheap: Object.assign(() => Promise.resolve({ step: {} }), { missing: () => ['A_KEY'] }),
  };
  expect(await toyTerminal({ ...agent, models }).run('hello')).toContain('done');
});

test('failures of tools and models are printed', async () => {
  const { agent } = toyAgent([read, read, done], {
    run: () => Promise.reject(new Error('no \u001b[31mway')),
  });
  expect(await toyTerminal(agent).run('go on then')).toContain(
    '  1  read               {}   failed: no \\u{1b}[31mway\n',
  );
  const broken = { ...agent, model: () => Promise.reject(new Error('no model today')) };
  expect(await toyTerminal(broken).run('go on then')).toBe(`\
  t_1 started
     the model failed: no model today
     the model failed: no model today
     the model failed: no model today
     handed to you: 3 errors in a row: how should I go on?
  Waiting. Nothing is running; it is saved. Answer by DATE:
    npm start answer t_1:4 "go on"`);
});

test('each model tells the screen why it tries again', async () => {
  const { agent } = toyAgent([done]);
  const model: Agent['model'] = (request) => {
    request.onRetry?.('attempt 2 of 3: busy');
    return agent.model(request);
  };
  for (const name of [undefined, 'other']) {
    const told: string[] = [];
    const policy = { ...agent.policy, modelFor: () => name };
    const connect = (screen: Screen) =>
      localBackend(
        { ...agent, policy, model, models: { other: model } },
        { ...screen, note: (text) => void told.push(text) },
        'ada',
      );
    await toyTerminal(connect).run('go on then');
    expect(told).toEqual(['attempt 2 of 3: busy']);
  }
});

test('the error of an adapter is printed', async () => {
  const { agent } = toyAgent([]);
  const model = () => Promise.resolve({ step: undefined, error: 'expected {"next_step": {...}}' });
  expect(await toyTerminal({ ...agent, model }, { columns: 120 }).run('go on then')).toContain(
    '     the model failed: not a next step: expected {"next_step": {...}}\n',
  );
});

async function running(onUnknownOutcome: 'retry' | 'ask_human') {
  const { agent, clock } = toyAgent([read, done], { onUnknownOutcome });
  const { id } = await start(agent, { channel: 'test', from: 'ada', text: 'go' });
  const at = new Date(clock.ms).toISOString();
  const lease_until = new Date(clock.ms + 10_000).toISOString();
  const call_id = `${id}:1`;
  await append(agent.store, await load(agent.store, id), {
    type: 'tool_call',
    call_id,
    step: read,
    awaits: 'result',
    at,
  });
  const started = {
    type: 'tool_started' as const,
    call_id,
    attempt: 1,
    by: 'another',
    lease_until,
    at,
  };
  await append(agent.store, await load(agent.store, id), started);
  return { terminal: toyTerminal(agent), id, clock };
}

describe('a thread whose process is gone, or elsewhere', () => {
  test('while it may still be running, it says until when', async () => {
    const { terminal, id } = await running('retry');
    expect(await terminal.run('resume', id)).toBe(`\
  read may be running until TIME. Follow it, or go on then:
    npm start watch t_1
    npm start resume t_1`);
  });

  test('after that, what is safe to retry is retried', async () => {
    const { terminal, id, clock } = await running('retry');
    clock.ms += 20_000;
    expect(await terminal.run('show', id)).toContain(
      '  The process that ran it is gone. To continue:',
    );
    expect(await terminal.run('resume', id)).toBe(`\
  1  read               {}  attempt 2                        ok
  2  done`);
  });

  test('and what is not is handed over', async () => {
    const { terminal, id, clock } = await running('ask_human');
    clock.ms += 20_000;
    expect(await terminal.run('resume', id)).toBe(`\
  1  read               {}
     handed to you: it is unknown whether this took effect (key t_1:1):
     please check, and answer with what you found
  Waiting. Nothing is running; it is saved. Answer any time:
    npm start answer t_1:1 "text"`);
  });
});

test('a cancelled thread stays cancelled', async () => {
  const { agent } = toyAgent([write]);
  const { id } = await begun(agent);
  const terminal = toyTerminal(agent);
  expect(await terminal.run('cancel', id, 'no need')).toBe(
    '     cancelled by ada (this terminal): no need',
  );
  expect(await terminal.run('cancel', id)).toBe('  It was cancelled permanently.');
  expect(await terminal.run('resume', id)).toBe('  It was cancelled permanently.');
  await expect(terminal.run('say', id, 'wait')).rejects.toThrow(
    `${id} was cancelled. Start a new thread.`,
  );
});

test('a thread as a timeline, with what is open at its end', async () => {
  const { agent, clock } = toyAgent([read, ask, write, done], {
    run: () => {
      clock.ms += 1_200;
      return Promise.resolve([{ version: '1.4.0' }, { version: '1.4.1' }]);
    },
  });
  const { id, state } = await begun(agent, 'ship it\nto \u001b[2Jproduction');
  const terminal = toyTerminal(agent);
  await terminal.run('answer', state.open?.call_id ?? '', 'the second');
  expect(await terminal.run('show', id)).toBe(`\
  t_1  waiting_for_approval, 7 events
  DAY
  TIME      ada     ship it
                        to \\u{1b}[2Jproduction
  TIME   1  agent   read {}
  TIME      tool    version
                        1.4.0
                        1.4.1  (1.2 s)
  TIME   2  agent   ask Which one?
  TIME      ada     the second
  TIME   3  agent   write {"to":"production"}
                        needs approval: it writes (policy.ts)

  3  write              {"to":"production"}
     needs your approval: it writes (policy.ts)
  Waiting. Nothing is running; it is saved. Answer by DATE:
    npm start approve t_1:6
    npm start deny t_1:6 "why"`);
});

test('the context is printed as the model would get it', async () => {
  const { agent } = toyAgent([write]);
  const { id } = await begun(agent, 'line\u0007');
  expect(await toyTerminal(agent).run('show', id, '--context')).toBe(`\
Play.
<message>
 from: ada
 text: line\u0007
<tool_call>
 intent: write
 to: production`);
  expect(await toyTerminal(agent, { typed: [] }).run('show', id, '--context')).toContain(
    ' text: line\\u{7}\n',
  );
});

describe('the exact request', () => {
  /** Adapters have such a preview. */
  function previewing(name: string, url = `https://ada:sk-secret@${name}.test/v1`) {
    const preview = ({ system, blocks, events, schema }: ModelRequest) => ({
      url,
      body: { system, blocks, events: events.length, hasSchema: schema.safeParse(done).success },
    });
    return Object.assign(() => Promise.resolve({ step: done }), {
      preview,
      missing: () => ['A_KEY'],
    });
  }

  test('is one JSON document, without a key, and needs none', async () => {
    const { agent } = toyAgent([write]);
    const { id } = await begun(agent, 'a\u009bb');
    const printed = await toyTerminal({ ...agent, model: previewing('usual') }, { typed: [] }).raw(
      'show',
      id,
      '--request',
    );
    expect(printed).toContain('a\\u009bb');
    expect(printed).toMatch(/\}\n$/);
    expect(JSON.parse(printed)).toEqual({
      url: 'https://usual.test/v1',
      body: {
        system: 'Play.',
        blocks: [
          '<message>\n from: ada\n text: a\u009bb',
          '<tool_call>\n intent: write\n to: production',
        ],
        events: 2,
        hasSchema: true,
      },
    });
  });

  test.each([
    'http://usual.test/v1?key=sk-secret/x',
    'http://usual.test/v1#sk-secret/x',
    'http:\\\\ada:sk-secret@usual.test/v1',
    'http:ada:sk-secret@usual.test/v1',
  ])('shows nothing of the URL %s that may be a key', async (url) => {
    const { agent } = toyAgent([write]);
    const { id } = await begun(agent);
    const printed = await toyTerminal({ ...agent, model: previewing('usual', url) }).run(
      'show',
      id,
      '--request',
    );
    expect(printed).toContain('usual.test/v1');
    expect(printed).not.toContain('secret');
  });

  test('is for the model that the policy chooses', async () => {
    const { agent } = toyAgent([write]);
    const { id } = await begun(agent);
    const policy = { ...agent.policy, modelFor: () => 'cheap' };
    const chosen = { ...agent, policy, models: { cheap: previewing('cheap') } };
    expect(await toyTerminal(chosen).run('show', id, '--request')).toContain(
      'https://cheap.test/v1',
    );
    await expect(toyTerminal({ ...agent, policy }).run('show', id, '--request')).rejects.toThrow(
      'policy.ts chose the model cheap, and agent.ts has none of that name',
    );
  });

  test('is not there for a model that shows none', async () => {
    const { agent } = toyAgent([write]);
    const { id } = await begun(agent);
    await expect(toyTerminal(agent).run('show', id, '--request')).rejects.toThrow(
      'This model shows no request. See --context.',
    );
  });
});

test('the answers that were no step are printed, and no terminal acts on them', async () => {
  const { agent } = toyAgent([]);
  const answers = [
    { step: 'I would \u001b[2J deploy.', error: 'prose' },
    { step: undefined, error: 'empty', text: '' },
    { step: write },
  ];
  const model = () => Promise.resolve(answers.shift() ?? { step: done });
  const { id } = await begun({ ...agent, model });
  const printed = await toyTerminal(agent).run('show', id, '--answers');
  expect(printed).toBe(`\
  TIME not a next step: prose
I would \\u{1b}[2J deploy.

  TIME not a next step: empty
empty`);
});

test('a thread whose answers were steps has no others', async () => {
  const { agent } = toyAgent([write]);
  const { id } = await begun(agent);
  expect(await toyTerminal(agent).run('show', id, '--answers')).toBe('  Every answer was a step.');
});

/** The same agent, with a model that says what it takes. */
function paid(agent: Agent, usage: Usage): Agent {
  const model = async (request: ModelRequest) => ({ ...(await agent.model(request)), usage });
  return { ...agent, model };
}

describe('what it cost', () => {
  const usage = {
    input_tokens: 300,
    output_tokens: 50,
    cached_tokens: 200,
    reasoning_tokens: 20,
    usd: 0.021,
  };

  test('stands above what happened, for the whole thread, and fits', async () => {
    const { agent } = toyAgent([read, done]);
    const { id } = await begun(paid(agent, usage));
    expect(await toyTerminal(agent).run('show', id)).toContain(`\
  t_1  done, 5 events
  600 tokens in, 400 of them cached, 100 out, 40 of them reasoning, $0.04
  DAY
`);
    expect(await toyTerminal(agent, { columns: 40 }).run('show', id)).toContain(`\
  600 tokens in, 400 of them cached, 100
  out, 40 of them reasoning, $0.04
`);
    const { raw } = toyTerminal(agent);
    expect(parsed(await raw('show', id, '--json')).usage).toEqual({
      input_tokens: 600,
      output_tokens: 100,
      cached_tokens: 400,
      reasoning_tokens: 40,
      usd: 0.042,
    });
  });
});

describe('the list', () => {
  test('has every page, what moved last at the end', async () => {
    const { agent, clock } = toyAgent([done]);
    const ids: string[] = [];
    for (let count = 0; count < 205; count++) {
      clock.ms += 1_000;
      ids.push((await begun(agent, `message ${count}`)).id);
    }
    const { run } = toyTerminal(agent);
    expect((await run('list')).split('\n').map((line) => line.replace(/.*DATE {2}/, ''))).toEqual(
      ids.map((_, count) => `message ${count}`),
    );
  });

  test('has a thread before those that work for it, and a family where it moved last', async () => {
    const { agent, clock } = toyAgent([]);
    const add = async (id: string) => {
      clock.ms += 1_000;
      const thread = { id, events: [], state: initial };
      const message = { type: 'message', channel: 'test', from: 'ada', text: id } as const;
      await append(agent.store, thread, stamp(agent, message), agent);
    };
    await add('t_9');
    await add('t_2');
    await add('t_5');
    await add('t_9-1');
    await add('t_9-1-1');
    await add('t_3-1');
    const lines = (await toyTerminal(agent, { columns: 200 }).raw('list')).trimEnd().split('\n');
    const ids = lines.map((line) => line.replace(/.* /, ''));
    expect(ids).toEqual(['t_2', 't_5', 't_9', 't_9-1', 't_9-1-1', 't_3-1']);
  });

  test('aligns its columns, and cuts what does not fit', async () => {
    const { agent, clock } = toyAgent([write]);
    await begun(
      agent,
      'a message that goes on and on\nand on, for longer than any screen has columns',
    );
    clock.ms += 1_000;
    await start(agent, { channel: 'test', from: 'ada', text: 'short' });
    expect(await toyTerminal(agent).run('list')).toBe(`\
  t_1  waiting_for_approval  write  DATE  a message that goe…
  t_1  thinking                     DATE  short`);
  });

  test.each([
    ['漢字'.repeat(60), 100],
    ['👩‍👧🎉'.repeat(20), 61],
    ['a'.repeat(150), 100],
    ['é'.repeat(150), 70],
  ])('cuts %.4s at %i columns, and nowhere else', async (text, columns) => {
    const { agent } = toyAgent([done]);
    await begun(agent, text);
    const line = (await toyTerminal(agent, { columns }).raw('list')).trimEnd();
    expect(line).toMatch(/…$/);
    expect(columns - width(line)).toBeLessThan(2);
    expect(width(line)).toBeLessThanOrEqual(columns);
    const whole = await toyTerminal(agent, { columns: Infinity }).raw('list');
    expect(whole).toContain(`  ${text}\n`);
  });

  test('says how to begin when it is empty', async () => {
    expect(await toyTerminal(toyAgent([]).agent).run('list')).toBe(
      '  No threads yet. Start one: npm start "what you want"',
    );
  });
});

describe('--json prints one document and nothing else', () => {
  test('of all threads', async () => {
    const { agent } = toyAgent([write]);
    const { id, state } = await begun(agent);
    const { raw } = toyTerminal(agent);
    const due = state.open?.due;
    const created = new Date(agent.now()).toISOString();
    expect(JSON.parse(await raw('list', '--json'))).toEqual([
      {
        id,
        status: 'waiting_for_approval',
        version: 2,
        due,
        owner: 'ada',
        first_message: 'go',
        open: { call_id: `${id}:1`, intent: 'write', awaits: 'approval', due },
        usage: noUsage,
        created,
        updated: created,
      },
    ]);
  });

  test('of all threads, the same if an earlier version saved them', async () => {
    const { agent } = toyAgent([write]);
    await begun(agent);
    const list: Store['list'] = async (query) =>
      (await agent.store.list(query)).map((info) => ({ ...info, details: undefined }));
    const earlier = toyTerminal({ ...agent, store: { ...agent.store, list } });
    expect(await earlier.raw('list', '--json')).toBe(
      await toyTerminal(agent).raw('list', '--json'),
    );
  });

  test('of all threads, without loading one', async () => {
    const { agent } = toyAgent([write]);
    await begun(agent);
    const load = vi.fn(agent.store.load);
    const terminal = toyTerminal({ ...agent, store: { ...agent.store, load } });
    expect(JSON.parse(await terminal.raw('list', '--json'))).toHaveLength(1);
    expect(load).not.toHaveBeenCalled();
  });

  test.each([
    ['show', 'waiting_for_approval'],
    ['resume', 'waiting_for_approval'],
    ['say', 'done'],
    ['approve', 'done'],
    ['cancel', 'cancelled'],
  ])('of a thread after %s', async (word, status) => {
    const { agent } = toyAgent([write, done]);
    const { id, state } = await begun(agent);
    const { raw } = toyTerminal(agent);
    const target = word === 'approve' ? (state.open?.call_id ?? '') : id;
    const argv = [word, target, ...(word === 'say' ? ['more'] : []), '--json'];
    const { events } = parsed(await raw(...argv));
    const after = await load(agent.store, id);
    expect(after.state.status).toBe(status);
    expect(events).toEqual(after.events);
  });

  test('that no terminal acts on, and that says the same', async () => {
    const { agent } = toyAgent([done]);
    const { id } = await begun(agent, 'a\u009b2J\u202eb');
    const printed = await toyTerminal(agent).raw('show', id, '--json');
    expect(printed).toContain('"a\\u009b2J\\u202eb"');
    expect(parsed(printed).events[0]).toMatchObject({ text: 'a\u009b2J\u202eb' });
  });

  test('of a new thread', async () => {
    const { agent } = toyAgent([done]);
    const printed = await toyTerminal(agent).run('go on then', '--json');
    expect(JSON.parse(printed)).toMatchObject({ status: 'done', version: 2, open: null });
  });
});

test('only approvers approve, and an unknown thread is refused', async () => {
  const { agent } = toyAgent([write]);
  const call = await callOf(agent);
  const policy = { ...agent.policy, approvers: ['bob'] };
  await expect(toyTerminal({ ...agent, policy }).run('approve', call)).rejects.toThrow(Refused);
  for (const argv of [
    ['show', 't_no'],
    ['say', 't_no', 'hi'],
    ['approve', 't_no:1'],
    ['watch', 't_no'],
  ])
    await expect(toyTerminal(agent).run(...argv)).rejects.toThrow('There is no thread t_no.');
  await expect(toyTerminal(agent).run('show', '../etc')).rejects.toThrow(Refused);
  await expect(toyTerminal(agent).run('approve', 't_no')).rejects.toThrow(
    'There is no thread t_no.',
  );
  await expect(toyTerminal(agent).run('approve', 'no')).rejects.toThrow('no is not a call.');
});

test('an answer of the wrong kind is refused, and the right command is printed', async () => {
  const { agent } = toyAgent([write, ask]);
  const { run, printed } = toyTerminal(agent);
  const call = await callOf(agent);
  const id = call.replace(/:.*/, '');
  await expect(run('approve', id)).rejects.toThrow(`${id} is not a call.`);
  expect(printed()).toContain('    npm start approve t_1:1\n    npm start deny t_1:1 "why"');
  await expect(run('answer', call, 'hi')).rejects.toThrow(`${call} is not waiting`);
  expect(printed()).toContain('    npm start approve t_1:1\n    npm start deny t_1:1 "why"');
  await run('deny', call, 'no');
  await expect(run('approve', `${id}:3`)).rejects.toThrow(`${id}:3 is not waiting`);
  expect(printed()).toContain('    npm start answer t_1:3 "text"');
  await expect(run('answer', `${id}:3`, ' ')).rejects.toThrow('The answer is empty.');
});

test.each([
  ['beside its text', { text: 'an order came in' }, 'an order came in\n                        '],
  ['without a text', {}, ''],
])("a message's data is shown %s", async (_, said, before) => {
  const { agent } = toyAgent([done]);
  const data = { order: 7, rush: true };
  const { id } = await start(agent, { channel: 'test', from: 'shop', ...said, data });
  expect(await toyTerminal(agent).run('show', id)).toContain(
    `TIME      shop    ${before}order: 7\n                        rush: true\n`,
  );
});

test('watching prints what others do, until it is over', async () => {
  const { agent } = toyAgent([write, done]);
  const { id, state } = await begun(agent);
  const { run, printed } = toyTerminal(agent);
  const watched = run('watch', id);
  await expect.poll(printed).toContain('npm start deny');
  await approve(agent, state.open?.call_id ?? '', { approved: true, by: 'bob' });
  await advance(agent, id);
  expect(await watched).toBe(`\
  t_1 is waiting_for_approval. Ctrl-C leaves.
  1  write              {"to":"production"}
     needs your approval: it writes (policy.ts)
  Waiting. Nothing is running; it is saved. Answer by DATE:
    npm start approve t_1:1
    npm start deny t_1:1 "why"
     approved by bob
  1  write              {"to":"production"}                  ok
  2  done
  t_1 is done.`);
});
