import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nextStep, system } from '../../bench/tokens/tools.ts';
import { contextWindow } from '../../registry/agent/core/context.ts';
import type { Event } from '../../registry/agent/core/event.ts';
import { anthropic } from '../../registry/agent/model/anthropic.ts';
import type { Model } from '../../registry/agent/core/model.ts';
import { openaiCompatible } from '../../registry/agent/model/openai-compatible.ts';
import { openai } from '../../registry/agent/model/openai.ts';
import { toyProvider } from '../../registry/agent/model/toy-provider.ts';
import { home } from '../support/registry/package.ts';

const text = JSON.stringify({ next_step: { intent: 'done_for_now', message: 'Done.' } });
const tokens = { input_tokens: 1, output_tokens: 1 };

type Adapter = {
  readonly model: (baseUrl: string) => Model;
  readonly answer: object;
  /** What follows the context in a body. It has quotes, so no text in JSON can look like it. */
  readonly end: string;
};

const adapters: [string, Adapter][] = [
  [
    'Anthropic',
    {
      model: (baseUrl) => anthropic({ baseUrl, apiKey: 'k', model: 'm' }, {}),
      answer: { content: [{ type: 'text', text }], stop_reason: 'end_turn', usage: tokens },
      end: ',"cache_control":{"type":"ephemeral"}}]',
    },
  ],
  [
    'OpenAI',
    {
      model: (baseUrl) => openai({ baseUrl, apiKey: 'k', model: 'm' }, {}),
      answer: {
        status: 'completed',
        output: [{ type: 'message', content: [{ type: 'output_text', text }] }],
        usage: tokens,
      },
      end: '],"text":{"format":',
    },
  ],
  [
    'a compatible server',
    {
      model: (baseUrl) => openaiCompatible({ baseUrl, model: 'm' }, {}),
      answer: { choices: [{ finish_reason: 'stop', message: { content: text } }] },
      end: '"}],"response_format":',
    },
  ],
];

/**
 * What a provider hears for each step of a committed thread: the bytes up to the context's end, and
 * those behind.
 */
async function replay(thread: string, { model, answer, end }: Adapter) {
  const { url, requests } = await toyProvider({ body: answer });
  const ask = model(url);
  const context = contextWindow();
  const events: readonly Event[] = JSON.parse(
    readFileSync(join(home, 'bench/threads', `${thread}.json`), 'utf8'),
  );
  const { signal } = new AbortController();
  for (const [index, { type }] of events.entries()) {
    const before = events.slice(0, index);
    if (type === 'tool_call')
      await ask({ system, blocks: context(before), events: before, schema: nextStep, signal });
  }
  const parts = requests.map(({ body }) => body.split(end));
  expect(parts.filter(({ length }) => length !== 2)).toEqual([]);
  return parts.map(([sent = '', rest = '']) => ({ sent, rest }));
}

/**
 * The longest earlier request that this one starts with: providers can reuse what was written to
 * their cache.
 */
const reused = (sent: string, earlier: readonly string[]): number =>
  Math.max(0, ...earlier.filter((whole) => sent.startsWith(whole)).map(({ length }) => length));

describe.each(adapters)('%s', (_, adapter) => {
  test('twenty steps: each request starts with the one before, byte for byte', async () => {
    const requests = await replay('twenty-steps', adapter);
    expect(requests).toHaveLength(20);
    const whole = requests
      .slice(1)
      .filter(({ sent }, index) => sent.startsWith(requests[index]?.sent ?? '-'));
    expect(whole).toHaveLength(19);
    expect(new Set(requests.map(({ sent }) => sent)).size).toBe(20);
  });

  test('what stands beside the context is the same in every request', async () => {
    const requests = await replay('errors', adapter);
    expect(new Set(requests.map(({ rest }) => rest)).size).toBe(1);
  });

  test('with three errors, at least 88 % of what is sent was sent before', async () => {
    const requests = await replay('errors', adapter);
    const all = requests.map(({ sent }) => sent);
    const total = all.reduce((sum, sent) => sum + sent.length, 0);
    const cached = all.reduce((sum, sent, index) => sum + reused(sent, all.slice(0, index)), 0);
    expect(cached / total).toBeGreaterThanOrEqual(0.88);
  });
});
