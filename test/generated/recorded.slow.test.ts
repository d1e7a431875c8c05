import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { advance } from '../../registry/agent/core/loop.ts';
import { anthropic } from '../../registry/agent/model/anthropic.ts';
import type { Model } from '../../registry/agent/core/model.ts';
import { openai } from '../../registry/agent/model/openai.ts';
import { openaiCompatible } from '../../registry/agent/model/openai-compatible.ts';
import { recorded } from '../../registry/agent/model/recorded.ts';
import { toyProvider } from '../../registry/agent/model/toy-provider.ts';
import { done, hear, read, toyAgent, typesOf } from '../../registry/agent/testing/toy-agent.ts';

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'recorded-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'said.jsonl');
}

const never: Model = async () => {
  throw new Error('the model was asked');
};

const key = 'sk-canary-0123456789';
const text = (step: unknown) => JSON.stringify({ next_step: step });
const tokens = { input_tokens: 20, output_tokens: 5 };

type Env = Record<string, string>;
type Adapter = [string, (env: Env) => Model, (step: unknown) => object, (url: string) => Env];

/** Adapters, how their provider says a step, and the variables that they are asked with. */
const adapters: Adapter[] = [
  [
    'Anthropic',
    (env) => anthropic({}, env),
    (step) => ({
      content: [{ type: 'text', text: text(step) }],
      stop_reason: 'end_turn',
      usage: tokens,
    }),
    (url) => ({ ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: url }),
  ],
  [
    'OpenAI',
    (env) => openai({}, env),
    (step) => ({
      status: 'completed',
      output: [{ type: 'message', content: [{ type: 'output_text', text: text(step) }] }],
      usage: tokens,
    }),
    (url) => ({ OPENAI_API_KEY: key, OPENAI_BASE_URL: url }),
  ],
  [
    'a compatible server',
    (env) => openaiCompatible({}, env),
    (step) => ({ choices: [{ message: { content: text(step) } }] }),
    (url) => ({ LLM_API_KEY: key, LLM_BASE_URL: url, LLM_MODEL: 'qwen3' }),
  ],
];

test.each(adapters)(
  '%s: an agent runs again on what was said, with no key and no provider',
  async (_, adapter, answer, variables) => {
    const file = newFile();
    const { url, requests } = await toyProvider(
      ...[read, read, done].map((step) => ({ body: answer(step) })),
    );
    const env = variables(url);
    async function play(more: Record<string, string>, model: Model) {
      const agent = { ...toyAgent([]).agent, model: recorded(file, model, more) };
      await hear(agent, 't', 'which release is live?');
      return (await advance(agent, 't')).events;
    }
    const events = await play({ ...env, RECORD: '1' }, adapter(env));
    expect(typesOf(events)).toBe(
      'message tool_call tool_started tool_result tool_call tool_started tool_result tool_call',
    );
    expect(await play({}, adapter({}))).toEqual(
      events.map((event) => ({ ...event, ...('by' in event && { by: expect.any(String) }) })),
    );
    expect(requests).toHaveLength(3);
  },
);

test.each(adapters)(
  '%s: a server that repeats the key gets it into no recording',
  async (_, adapter, answer, variables) => {
    const file = newFile();
    const said = { intent: 'ask', question: `Is ${key} yours?`, [key]: key };
    const { url, requests } = await toyProvider(
      { body: answer(said) },
      { body: answer({ intent: key }) },
    );
    const env = variables(url);
    const agent = {
      ...toyAgent([]).agent,
      model: recorded(file, adapter(env), { ...env, RECORD: '1' }),
    };
    await hear(agent, 't', `my key is ${key}`);
    const { events } = await advance(agent, 't');
    expect(JSON.stringify(requests[0]?.headers)).toContain(key);
    expect(readFileSync(file, 'utf8')).toContain('Is [secret] yours?');
    expect(readFileSync(file, 'utf8')).not.toContain('canary');
    expect(JSON.stringify(events.filter(({ type }) => type === 'tool_call'))).not.toContain(
      'canary',
    );
  },
);

test('processes that record side by side share a file', async () => {
  const file = newFile();
  const names = ['ada', 'bob', 'eve'];
  const script = join(import.meta.dirname, '../support/generated/children/record.ts');
  await Promise.all(names.map((name) => execa('node', ['--import', 'tsx', script, file, name])));
  const model = recorded(file, never, {});
  const signal = new AbortController().signal;
  for (const name of names) {
    const request = { system: '', blocks: [name], events: [], schema: z.string(), signal };
    for (let n = 0; n < 50; n++)
      expect((await model(request)).step).toMatch(new RegExp(`^${n} x{20000}$`));
  }
});
