import { expect, test } from 'vitest';
import type { Event } from '../core/event.ts';
import { Damaged } from '../core/store.ts';
import { parseEvents } from './database.ts';

const at = '2026-01-01T00:00:00.000Z';
const message: Event = { type: 'message', channel: 'test', from: 'ada', text: 'go', at };
const call = { type: 'tool_call', call_id: 't:1', step: { intent: 'read' }, awaits: 'result', at };

test('parses events in order', () => {
  const texts = [message, call].map((event) => JSON.stringify(event));
  expect(parseEvents('t', texts)).toEqual([message, call]);
});

test.each([
  ['a type from a later version', { type: 'teleported', at }],
  ['a field from a later version', { ...message, mood: 'good' }],
  ['a message without a text', { ...message, text: undefined }],
])('accepts %s', (_, event) => {
  expect(parseEvents('t', [JSON.stringify(event)])).toHaveLength(1);
});

test.each([
  ['a text that was cut', '{"type":"mess'],
  ['an empty text', ''],
  ['null', 'null'],
  ['a list', '[]'],
  ['an event without a type', JSON.stringify({ at })],
  ['an event without a time', JSON.stringify({ type: 'teleported' })],
  ['an invalid due time', JSON.stringify({ ...call, due: 'soon' })],
  ['a message without a sender', JSON.stringify({ ...message, from: undefined })],
  ['a step without an intent', JSON.stringify({ ...call, step: {} })],
  ['a step that is null', JSON.stringify({ ...call, step: null })],
])('names %s, and returns the events before it', (_, text) => {
  const parse = () => parseEvents('t', [JSON.stringify(message), text, JSON.stringify(call)]);
  expect(parse).toThrow(new Damaged('Event 1 of t cannot be read.', [message]));
});
