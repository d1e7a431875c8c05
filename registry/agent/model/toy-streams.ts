import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { PermanentModelError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import type { Model } from '../core/model.ts';
import { fieldsOf, readStream, type StreamFormat } from './stream.ts';
import { toyProvider, toyRequest } from './toy-provider.ts';

const step = { intent: 'done', message: '— 走 🚀' };
export const stepText = JSON.stringify({ next_step: step });
/** The answer of a model in pieces. */
export const thirds = [stepText.slice(0, 20), stepText.slice(20, 47), stepText.slice(47)] as const;

/** Returns a model for the provider at a URL. */
export type Adapter = (baseUrl: string) => Model;

/** An event as Anthropic and Responses send it, and as Chat Completions does. */
export const named = (data: Readonly<Record<string, unknown>>) =>
  `event: ${String(data['type'])}\n${unnamed(data)}`;
export const unnamed = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

/** Asks with a listener. Returns the answer or the error, and what the listener got. */
export async function listen(model: Model) {
  const told: string[] = [];
  const { signal } = new AbortController();
  const onText = (text: string) => void told.push(text);
  const asking = model({ ...toyRequest, signal, onText });
  const answer = await asking.catch((error: unknown) => ({ failed: error }));
  return { answer, told };
}

/** A stream as its provider documents it, and the same answer without streaming. */
export type StreamedAnswer = readonly [name: string, events: readonly string[], whole: object];

/** Tests that streams are read as the same answers without one, wherever they are cut. */
export function testStreams(
  adapter: Adapter,
  format: StreamFormat,
  answers: readonly StreamedAnswer[],
) {
  test.each(answers)('%s: a stream is read as the whole', async (_, events, whole) => {
    const { url } = await toyProvider({ body: whole });
    const expected = await adapter(url)(toyRequest);
    const body = events.join('');
    const cuts = [...Buffer.from(body).keys()];
    const provider = await toyProvider({ body }, { body, cuts });
    const model = adapter(provider.url);
    const atOnce = await listen(model);
    expect(atOnce.answer).toEqual(expected);
    expect(await listen(model)).toEqual(atOnce);
    expectGrowing(atOnce.told, expected.error ? '' : stepText);
  });

  test.each(answers)('%s: it may be cut at every byte', async (_, events) => {
    const bytes = Buffer.from(events.join(''));
    const expected = await bodyIn([bytes], format);
    for (const at of bytes.keys()) {
      const parts = [bytes.subarray(0, at), bytes.subarray(at)];
      expect(await bodyIn(parts, format)).toBe(expected);
    }
  });

  test.each(answers)('%s: without its last event, it is no answer', async (_, events) => {
    const isLast = (event: string) => isEnd(event, format);
    const end = events.findIndex(isLast);
    for (const [index] of events.slice(0, end + 1).entries()) {
      const body = events.slice(0, index).join('');
      await expectEndedEarly(adapter, body);
    }
  });
}

async function bodyIn(parts: readonly Uint8Array[], format: StreamFormat) {
  const chunks = Readable.from(parts);
  const body = await readStream(chunks, format, () => undefined);
  return JSON.stringify(body);
}

function isEnd(event: string, { isLast }: StreamFormat) {
  const data = /^data: (.*)$/m.exec(event)?.[1] ?? '';
  return isLast(fieldsOf(parseJson(data)));
}

function expectGrowing(told: readonly string[], last: string) {
  const texts = told.filter((text) => text !== '');
  for (const [index, text] of texts.entries()) {
    const next = texts[index + 1] ?? text;
    expect(next.slice(0, text.length)).toBe(text);
  }
  expect(told.slice(-1)).toEqual([last]);
}

async function expectEndedEarly(adapter: Adapter, body: string) {
  const provider = await toyProvider({ headers: again, body });
  const { answer, told } = await listen(adapter(provider.url));
  const reason = '200 with an error: the stream ended early';
  const message = expect.stringContaining(reason);
  expect(answer).toEqual({
    failed: expect.objectContaining({ message }),
  });
  expect(told.slice(-1)).toEqual(['']);
  expect(provider.requests).toHaveLength(3);
}

const again = { 'retry-after': '0' };

/** A stream that tells an error, and whether another attempt is made. */
type StreamedError = readonly [name: string, events: readonly string[], isRetried: boolean];

/** Tests that an error in a stream is one. `good` are the events of the next attempt. */
export function testStreamErrors(
  adapter: Adapter,
  good: readonly string[],
  errors: readonly StreamedError[],
) {
  test.each(errors)('an error in a stream is one: %s', async (_, events, isRetried) => {
    const provider = await toyProvider(
      { headers: again, body: events.join('') },
      { body: good.join('') },
    );
    const { answer, told } = await listen(adapter(provider.url));
    const failure = { failed: expect.any(PermanentModelError) };
    expect(answer).toMatchObject(isRetried ? { step } : failure);
    expect(told).toContain('');
    expect(told.slice(-1)).toEqual([isRetried ? stepText : '']);
    expect(provider.requests).toHaveLength(isRetried ? 2 : 1);
  });
}
