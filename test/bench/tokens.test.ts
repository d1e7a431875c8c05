import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toChat } from '../../bench/tokens/chat.ts';
import { reuseOf, sizesOf } from '../../bench/tokens/count.ts';
import { nextStep } from '../../bench/tokens/tools.ts';
import type { Event } from '../../registry/agent/core/event.ts';
import { initial, reduce } from '../../registry/agent/core/thread.ts';
import { home } from '../support/registry/package.ts';

const at = '2026-01-01T00:00:00.000Z';
const hear = (text: string): Event => ({ type: 'message', from: 'ada', channel: 'test', text, at });
const call = (call_id: string, end: 'tool_result' | 'tool_error'): readonly Event[] => [
  { type: 'tool_call', call_id, step: { intent: 'list_incidents' }, awaits: 'result', at },
  { type: 'tool_started', call_id, attempt: 1, by: 'x', lease_until: at, at },
  end === 'tool_result'
    ? { type: end, call_id, attempt: 1, result: 'none', at }
    : { type: end, call_id, attempt: 1, error: 'no network', at },
];
const letters = (text: string) => text.length;

describe('a thread as a chat', () => {
  it('has the same facts, and none of the bookkeeping', () => {
    const [, user, asked, answered, ...rest] = toChat([
      hear('Any?'),
      ...call('t:1', 'tool_result'),
    ]);
    expect(user).toEqual({ role: 'user', content: 'ada: Any?' });
    const id = asked?.tool_calls?.[0]?.id;
    expect(id).toMatch(/^call_\w{24}$/);
    expect(asked?.tool_calls?.[0]?.function).toEqual({ name: 'list_incidents', arguments: '{}' });
    expect(answered).toEqual({ role: 'tool', tool_call_id: id, content: 'none' });
    expect(rest).toEqual([]);
  });
});

describe('the sizes of a thread', () => {
  it('grow by what an event says: in ours by its block, on the wire by its JSON as well', () => {
    const [short, long] = ['a', 'aaaaaaaaaaa'].map((text) => sizesOf([hear(text)], letters));
    expect([short, long].map((sizes) => sizes?.ours)).toEqual([
      short?.ours,
      (short?.ours ?? 0) + 10,
    ]);
    expect((long?.billed ?? 0) - (short?.billed ?? 0)).toBe(10);
    expect((long?.wire ?? 0) - (short?.wire ?? 0)).toBe(10);
  });

  it('count instructions and schema or tools on both sides', () => {
    const { ours, wire, billed } = sizesOf([], letters);
    for (const size of [ours, wire, billed]) expect(size).toBeGreaterThan(500);
  });
});

describe('the reuse of a context', () => {
  it('is whole without errors', () => {
    const { steps, whole, cached, sent } = reuseOf(
      [hear('go'), ...call('t:1', 'tool_result'), ...call('t:4', 'tool_result')],
      letters,
    );
    expect([steps, whole]).toEqual([2, 2]);
    expect(cached).toBeGreaterThan(0);
    expect(cached).toBeLessThan(sent);
  });

  it('ends where a failed call was left out, once it succeeded', () => {
    const events = [
      hear('go'),
      ...call('t:1', 'tool_error'),
      ...call('t:4', 'tool_result'),
      ...call('t:7', 'tool_result'),
    ];
    const { steps, whole } = reuseOf(events, letters);
    expect([steps, whole]).toEqual([3, 2]);
  });
});

describe('each committed thread', () => {
  const folder = join(home, 'bench/threads');
  const threads = readdirSync(folder).map(
    (file) =>
      [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly Event[]] as const,
  );

  it('is one of five', () => {
    expect(threads).toHaveLength(5);
  });

  it.each(threads)('%s ends done, by steps that the schema takes', (_, events) => {
    expect(events.reduce(reduce, initial).status).toBe('done');
    const steps = events.flatMap((event) => (event.type === 'tool_call' ? [event.step] : []));
    for (const step of steps) expect(nextStep.safeParse(step).error).toBeUndefined();
  });
});
