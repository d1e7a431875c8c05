import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { PermanentModelError } from '../../registry/agent/core/errors.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import type { Model, ModelRequest } from '../../registry/agent/core/model.ts';
import { toyTerminal } from '../../registry/agent/terminal/toy-terminal.ts';
import { done, hear, toyAgent, typesOf } from '../../registry/agent/testing/toy-agent.ts';
import * as server from '../support/generated/fault-server.ts';
import { answer, faultServer, type Behaviour } from '../support/generated/fault-server.ts';
import { protocols, type Protocol } from '../support/generated/protocols.ts';

const canary = 'sk-canary-5f2e81c07a';
const MB = 1_000_000;
const soon = { 'retry-after-ms': '1' };
const busy = { error: { message: 'Overloaded' } };
const wellDone = (protocol: Protocol): Behaviour =>
  answer(200, protocol.says(JSON.stringify({ next_step: done })));

/** An agent with that model, until it is no longer its turn; `errors` are what the model threw. */
async function run(model: Model) {
  const errors: unknown[] = [];
  const watched = async (request: ModelRequest) => {
    try {
      return await model(request);
    } catch (error) {
      errors.push(error);
      throw error;
    }
  };
  const { agent } = toyAgent([]);
  const budgets = { ...agent.policy.budgets, errorsInARow: 1 };
  const failing = { ...agent, model: watched, policy: { ...agent.policy, budgets } };
  await hear(failing, 't_1');
  const { events } = await advance(failing, 't_1');
  const terminal = toyTerminal(failing);
  const printed = [await terminal.raw('show', 't_1'), await terminal.raw('show', 't_1', '--json')];
  return { errors, events, story: typesOf(events), printed };
}

/** Everything of an error that a log could print. */
const texts = (error: unknown): string[] =>
  error instanceof Error
    ? [error.message, error.stack ?? '', JSON.stringify(error), ...texts(error.cause)]
    : [String(error)];

const given = 'message model_error handed_over';
const handed = 'message handed_over';
const took = 'message tool_call';

type Case = {
  readonly behaviours: (protocol: Protocol) => readonly Behaviour[];
  /** How many requests arrive. */
  readonly asked: number;
  readonly story: string;
  /** What the person reads, behind the provider's name. */
  readonly says?: string | ((protocol: Protocol) => string);
  readonly timeoutMs?: number;
};

const always = (...behaviours: readonly Behaviour[]) => ({ behaviours: () => behaviours });
const before = (...behaviours: readonly Behaviour[]) => ({
  behaviours: (protocol: Protocol) => [...behaviours, wellDone(protocol)],
});
const saying = (say: (protocol: Protocol) => object | string, headers = {}) => ({
  behaviours: (protocol: Protocol) => [
    answer(200, say(protocol), { 'request-id': 'req_1', ...headers }),
  ],
});

const inThePast = new Date(0).toUTCString();
const recovers = (...faults: readonly Behaviour[]): Case => ({
  ...before(...faults),
  asked: faults.length + 1,
  story: took,
});
const fails = (fault: Behaviour, says: Case['says'] = ''): Case => ({
  ...always(fault),
  asked: 3,
  story: given,
  says,
});
const atOnce = (fault: Behaviour, says: Case['says'] = ''): Case => ({
  ...always(fault),
  asked: 1,
  story: handed,
  says,
});
const isNone = (say: (protocol: Protocol) => object | string, says: string, asked = 1): Case => ({
  ...saying(say),
  asked,
  story: given,
  says,
});

const cases: Readonly<Record<string, Case>> = {
  'a 429 that says when, in ms': recovers(
    answer(429, busy, soon),
    answer(429, busy, { 'retry-after-ms': '0.5' }),
  ),
  'a 429 that says when, in seconds': recovers(answer(429, busy, { 'retry-after': '0' })),
  'a 429 that says when, as a date': recovers(answer(429, busy, { 'retry-after': inThePast })),
  'a 429 that says nothing': recovers(answer(429, busy)),
  'a 429 that says nonsense': recovers(
    answer(429, busy, { 'retry-after': 'soon', 'retry-after-ms': '' }),
  ),
  'a 429 for an hour': {
    ...fails(answer(429, busy, { 'retry-after': '3600' }), ' answered 429: Overloaded'),
    asked: 1,
  },
  'a 429 until next year': {
    ...fails(
      answer(429, busy, { 'retry-after': new Date(Date.now() + 3e10).toUTCString() }),
      ' answered 429: Overloaded',
    ),
    asked: 1,
  },
  'a 429 without end': fails(
    answer(429, busy, { ...soon, 'request-id': 'req_1' }),
    ' answered 429 (request req_1): Overloaded',
  ),
  'a 429 not to be repeated': atOnce(
    answer(429, busy, { 'x-should-retry': 'false' }),
    ' answered 429: Overloaded',
  ),
  'a 400 to be repeated': recovers(answer(400, busy, { ...soon, 'x-should-retry': 'true' })),
  'a 408': recovers(answer(408, busy, soon)),
  'a 500': recovers(answer(500, busy, soon)),
  'a 500 without end': fails(
    answer(500, '<h1>Oh</h1>', { ...soon, 'x-request-id': 'r' }),
    ' answered 500 (request r): <h1>Oh',
  ),
  'a 529': recovers(answer(529, busy, soon), answer(529, busy, soon)),
  'a wrong key': atOnce(
    answer(
      401,
      { error: { message: `no such key: ${canary.slice(0, 12)}` } },
      { 'request-id': 'req_1' },
    ),
    ({ keyName }) => ` answered 401 (request req_1): is ${keyName} right?`,
  ),
  'a 400': atOnce(
    answer(400, { error: { message: 'no such model' } }),
    ' answered 400: no such model',
  ),
  'a 403': atOnce(answer(403, { error: { message: 'not you' } }), ' answered 403: not you'),
  'a 404': atOnce(
    answer(404, 'not here'),
    ' answered 404: not here: are the base URL and the model right?',
  ),
  'a redirect': atOnce(
    answer(307, '', { location: 'http://127.0.0.1:9' }),
    ' answered 307: it redirects, which is not',
  ),
  'a body of 50 MB': atOnce(server.flood(50 * MB), ' answered 200: more than 10000000 bytes'),
  'a stalled body': { ...recovers(server.stall), timeoutMs: 400 },
  'a first byte that never comes': {
    ...fails(server.silence, ' gave no answer in 100 ms'),
    timeoutMs: 100,
  },
  'a slow first byte': {
    behaviours: (protocol) => [server.late(300, wellDone(protocol))],
    asked: 1,
    story: took,
    timeoutMs: 5_000,
  },
  'a first byte that is too slow, once': {
    behaviours: (protocol) => [server.late(2_000, wellDone(protocol)), wellDone(protocol)],
    asked: 2,
    story: took,
    timeoutMs: 400,
  },
  'a connection cut before the headers': recovers(server.cutBeforeHeaders),
  'a connection cut in the body': recovers(server.cutInTheBody),
  'a connection cut each time': fails(server.cutInTheBody, ': UND_ERR_SOCKET'),
  'no JSON': isNone(() => '<html>', ' answered 200 (request req_1): the answer is not JSON'),
  'truncated JSON': isNone(
    ({ says }) => JSON.stringify(says('')).slice(0, -9),
    ' answered 200 (request req_1): the answer is not JSON',
  ),
  'no body': isNone(() => '', ' answered 200 (request req_1): the answer is not JSON'),
  'JSON of another kind': isNone(
    () => ({ ok: true }),
    ' answered 200 (request req_1): the answer has an unknown format',
  ),
  'an empty answer': isNone(
    ({ says }) => says(''),
    ' answered 200 (request req_1): the answer is empty',
  ),
  'a refusal': isNone(
    ({ refusal }) => refusal,
    ' answered 200 (request req_1): the model refused to answer',
  ),
  'an answer that is cut off': isNone(
    ({ cutOff }) => cutOff,
    ' answered 200 (request req_1): the answer was cut off',
  ),
  'an unknown intent, twice': isNone(
    ({ says }) => says('{"next_step":{"intent":"dance"}}'),
    'not a next step: ',
    2,
  ),
  'a truncated step, twice': isNone(
    ({ says }) => says('{"next_step":{"int'),
    'not a next step: ✖ Invalid answer',
    2,
  ),
  'an echo with a 400': atOnce(server.echo(400), ' answered 400 (request '),
  'an echo with a 401': atOnce(server.echo(401), ' answered 401 (request '),
  'an echo with a 500': fails(server.echo(500, soon), ' answered 500 (request '),
  'an echo with a 200': fails(server.echo(200, soon), ' answered 200 (request '),
  'an echo as text': fails((response, { headers }) =>
    response.writeHead(503, soon).end(JSON.stringify(headers)),
  ),
};

const table = protocols.flatMap((protocol) =>
  Object.entries(cases).map(([name, each]) => ({
    title: `${protocol.name}: ${name}`,
    protocol,
    ...each,
  })),
);

describe.concurrent('a connection that fails', () => {
  test.each(table)(
    '$title',
    async ({ protocol, behaviours, asked, story, says = '', timeoutMs = 20_000 }) => {
      const { url, heard, close } = await faultServer(...behaviours(protocol));
      const seen = await run(protocol.model(url, { apiKey: canary, timeoutMs })).finally(close);

      expect(heard).toHaveLength(asked);
      expect(JSON.stringify(heard[0]?.headers)).toContain(canary);
      expect(seen.story).toBe(story);
      expect(
        seen.errors.every((error) => error instanceof PermanentModelError === (story === handed)),
      ).toBe(true);
      const expected = typeof says === 'string' ? says : says(protocol);
      const named = expected.startsWith('not') ? '' : protocol.name;
      if (story !== took) {
        const read = JSON.stringify(seen.events[1]);
        expect(read).toContain(named + (expected.startsWith(' ') ? expected : ''));
        expect(read).toContain(expected);
      }
      const everything = [
        ...seen.errors.flatMap(texts),
        ...seen.printed,
        JSON.stringify(seen.events),
      ].join('\n');
      expect(everything).not.toContain(canary.slice(0, 12));
    },
  );
});

describe.concurrent.each(protocols)('$name', (protocol) => {
  test.each([
    ['before the answer', server.silence],
    ['in the middle of the answer', server.stall],
    ['in an answer without end', server.drip],
  ])('an abort %s closes the socket, and is no other error', async (_, behaviour) => {
    const { url, heard, close } = await faultServer(behaviour);
    const abort = new AbortController();
    const { agent } = toyAgent([]);
    const request = {
      system: '',
      blocks: ['hello'],
      events: [],
      schema: agent.tools.schema,
      signal: abort.signal,
    };
    const asked = protocol
      .model(url)(request)
      .catch((error: unknown) => error);
    await expect.poll(() => heard.length).toBe(1);
    abort.abort(new Error('the thread moved on'));
    expect(await asked).toMatchObject({ message: 'the thread moved on' });
    expect(await heard[0]?.left).toBe('left');
    close();
  });

  test('an abort while it waits to ask again is no other error', async () => {
    const { url, heard, close } = await faultServer(answer(429, busy, { 'retry-after': '30' }));
    const abort = new AbortController();
    const { agent } = toyAgent([]);
    const request = {
      system: '',
      blocks: ['hello'],
      events: [],
      schema: agent.tools.schema,
      signal: abort.signal,
    };
    const asked = protocol
      .model(url)(request)
      .catch((error: unknown) => error);
    await expect.poll(() => heard.length).toBe(1);
    // The answer is on its way to it: let it arrive.
    await setTimeout(100);
    abort.abort(new Error('the thread moved on'));
    expect(await asked).toMatchObject({ message: 'the thread moved on' });
    expect(heard).toHaveLength(1);
    close();
  });
});

test.concurrent.each([
  ['a time-out before the answer', server.silence, 50],
  ['a time-out in the answer', server.stall, 300],
  ['too much of an answer', server.flood(50 * MB), 20_000],
])('%s closes the socket, too', async (_, behaviour, timeoutMs) => {
  const { url, heard, close } = await faultServer(behaviour);
  await Promise.all(protocols.map(({ model }) => run(model(url, { timeoutMs }))));
  for (const { left } of heard) expect(await left).toBe('left');
  close();
});
