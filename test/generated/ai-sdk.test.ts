import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOpenAI } from '@ai-sdk/openai';
import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { PermanentModelError } from '../../registry/agent/core/errors.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import { aiSdk } from '../../registry/agent/model/ai-sdk.ts';
import { toyProvider, toyRequest } from '../../registry/agent/model/toy-provider.ts';
import { append, load } from '../../registry/agent/core/store.ts';
import {
  ask,
  done,
  hear,
  read,
  toyAgent,
  typesOf,
} from '../../registry/agent/testing/toy-agent.ts';
import { say } from '../support/generated/say.ts';

let provider: LLMock;
beforeEach(async () => {
  provider = await LLMock.create({ port: 0 });
});
afterEach(() => provider.stop());

const key = 'sk-canary-123';
const at = (url: string, apiKey = key) => createOpenAI({ apiKey, baseURL: `${url}/v1` });

/** OpenAI's two protocols, through the AI SDK. */
const protocols = [
  ['Responses', () => at(provider.url)('gpt-6.1-terra')],
  ['Chat Completions', () => at(provider.url).chat('gpt-6.1-terra')],
] as const;

/** The text of each request's last message. */
const asked = () =>
  provider.getRequests().map(({ body }) => {
    const messages: unknown = Object(body).messages;
    return JSON.stringify(Array.isArray(messages) ? messages.at(-1) : undefined);
  });

test.each(protocols)('%s: an agent calls a tool, asks a person, and is done', async (_, model) => {
  say(provider, read, ask, done);
  const agent = { ...toyAgent([]).agent, model: aiSdk(model()) };
  await hear(agent, 't', 'which release is live?');
  const { state } = await advance(agent, 't');
  expect(state).toMatchObject({ status: 'waiting_for_human', open: { step: ask } });

  const call_id = state.open?.call_id ?? '';
  const answer = {
    type: 'human_response',
    call_id,
    by: 'ada',
    text: 'the one on production',
  } as const;
  await append(agent.store, await load(agent.store, 't'), {
    ...answer,
    at: new Date(agent.now()).toISOString(),
  });
  const { events, state: after } = await advance(agent, 't');

  expect(after.status).toBe('done');
  expect(typesOf(events)).toBe(
    'message tool_call tool_started tool_result tool_call human_response tool_call',
  );
  const usd = (20 * 1 + 5 * 5) / 1_000_000;
  expect(events.flatMap((event) => (event.type === 'tool_call' ? [event.usage] : []))).toEqual(
    Array.from({ length: 3 }, () =>
      expect.objectContaining({ model: 'gpt-6.1-terra', input_tokens: 20, output_tokens: 5, usd }),
    ),
  );
  expect(asked()).toEqual([
    expect.stringContaining('which release is live?'),
    expect.stringContaining('<tool_result>'),
    expect.stringContaining('the one on production'),
  ]);
});

test.each(protocols)(
  '%s: a wrong answer gets one repair turn, which is paid for',
  async (_, model) => {
    say(provider, 'Certainly! I will read it.', done);
    const agent = { ...toyAgent([]).agent, model: aiSdk(model()) };
    await hear(agent, 't');
    const { events } = await advance(agent, 't');
    expect(events.at(-1)).toMatchObject({
      type: 'tool_call',
      step: done,
      usage: { input_tokens: 40, output_tokens: 10 },
    });
    expect(asked()).toEqual([
      expect.stringContaining('go'),
      expect.stringContaining('That is not a next step'),
    ]);
  },
);

test.each(protocols)(
  '%s: wrong twice is a model error, which the model sees next',
  async (_, model) => {
    say(provider, { intent: 'dance' }, { intent: 'dance' }, done);
    const agent = { ...toyAgent([]).agent, model: aiSdk(model()) };
    await hear(agent, 't');
    const { events } = await advance(agent, 't');
    expect(typesOf(events)).toBe('message model_error tool_call');
    expect(asked()[2]).toContain('<model_error>');
  },
);

test('the provider gets our strict schema, and each block of the window as a part', async () => {
  const { url, requests } = await toyProvider({ status: 400, body: { error: { message: 'no' } } });
  await expect(aiSdk(at(url)('gpt-6.1-terra'))(toyRequest)).rejects.toThrow(
    'openai.responses answered 400: no',
  );
  expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
    input: [
      { content: 'Ship it.' },
      {
        role: 'user',
        content: toyRequest.blocks.map((block) => ({ type: 'input_text', text: `${block}\n` })),
      },
    ],
    text: {
      format: {
        type: 'json_schema',
        strict: true,
        name: 'next_step',
        schema: { required: ['next_step'] },
      },
    },
  });
});

test.each([
  [
    'a wrong key',
    401,
    { error: { message: `Incorrect API key provided: ${key}` } },
    'answered 401: is its key right?',
  ],
  [
    'what it does not take',
    400,
    { error: { message: `not with ${key}` } },
    'answered 400: not with [secret]',
  ],
])(
  '%s is not asked again: a person gets the thread, and no event has the key',
  async (_, status, body, error) => {
    const { url, requests } = await toyProvider({ status, body });
    const agent = {
      ...toyAgent([]).agent,
      model: aiSdk(at(url)('gpt-6.1-terra'), {}, { OPENAI_API_KEY: key }),
    };
    await hear(agent, 't');
    const { events, state } = await advance(agent, 't');
    expect(requests).toHaveLength(1);
    expect(state).toMatchObject({
      status: 'waiting_for_human',
      open: { reason: expect.stringContaining(error) },
    });
    expect(JSON.stringify(events)).not.toContain('canary');
  },
);

test('a key that no header can hold is an error without it', async () => {
  const asking = aiSdk(at('http://127.0.0.1:9', 'sk-canary\n123')('gpt-6.1-terra'))(toyRequest);
  await expect(asking).rejects.toThrow(PermanentModelError);
  await expect(asking).rejects.toThrow(/^openai.responses cannot be asked: is its key right\?$/);
});

test('the AI SDK asks again while a provider is busy, as often as it is told', async () => {
  const busy = {
    status: 503,
    headers: { 'retry-after-ms': '1', 'x-request-id': 'req_7' },
    body: { error: { message: 'busy' } },
  };
  const { url, requests } = await toyProvider(busy);
  const asking = aiSdk(at(url)('gpt-6.1-terra'), { maxRetries: 1 })(toyRequest);
  await expect(asking).rejects.not.toThrow(PermanentModelError);
  await expect(asking).rejects.toThrow('openai.responses answered 503 (request req_7): busy');
  expect(requests).toHaveLength(2);
});

test('a provider out of reach is an error that another turn may do better than', async () => {
  const asking = aiSdk(at('http://127.0.0.1:9')('gpt-6.1-terra'), { maxRetries: 0 })(toyRequest);
  await expect(asking).rejects.not.toThrow(PermanentModelError);
  await expect(asking).rejects.toThrow('openai.responses cannot be reached: Cannot connect to API');
});

test('what is no JSON is an error that another turn may do better than', async () => {
  const { url } = await toyProvider({ body: '<html>' });
  const asking = aiSdk(at(url)('gpt-6.1-terra'))(toyRequest);
  await expect(asking).rejects.not.toThrow(PermanentModelError);
  await expect(asking).rejects.toThrow('openai.responses answered 200: Invalid JSON response');
});

test('the signal of a request closes its connection', async () => {
  const server = createServer(() => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const abort = new AbortController();
  const model = aiSdk(at(`http://127.0.0.1:${port}`)('gpt-6.1-terra'));
  const rejected = expect(model({ ...toyRequest, signal: abort.signal })).rejects.toThrow(
    /^the thread moved on$/,
  );
  const [request] = await once(server, 'request');
  const closed = once(request.socket, 'close');
  abort.abort(new Error('the thread moved on'));
  await Promise.all([rejected, closed]);
});
