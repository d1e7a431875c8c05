import { expect, test } from 'vitest';
import { PermanentModelError } from '../core/errors.ts';
import type { Model } from '../core/model.ts';
import { toyProvider, toyRequest, type ToyAnswer } from './toy-provider.ts';

const step = { intent: 'done', message: 'schön 🚀' };
export const stepText = JSON.stringify({ next_step: step });
/** The answer of a model in pieces. */
export const thirds = [stepText.slice(0, 20), stepText.slice(20, 47), stepText.slice(47)] as const;

/** Returns the adapter for a provider at this URL. */
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

/** Asks for each of the replies, some at a time. */
async function answersOf(adapter: Adapter, replies: readonly ToyAnswer[]) {
  const { url } = await toyProvider(...replies);
  const model = adapter(url);
  const left = [...replies];
  const found: Awaited<ReturnType<typeof listen>>[] = [];
  const work = async () => {
    while (left.pop()) found.push(await listen(model));
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return found;
}

/** The events of a stream as its provider documents it, and the same answer without streaming. */
export type StreamedAnswer = readonly [string, readonly string[], object];

/** Tests that streams are read as the same answers without streaming, wherever they are cut. */
export function testStreams(
  adapter: Adapter,
  isLast: (event: string) => boolean,
  answers: readonly StreamedAnswer[],
) {
  test.each(answers)('%s: a stream is read as the answer without one', async (_, events, whole) => {
    const { url } = await toyProvider({ body: whole });
    const expected = await adapter(url)(toyRequest);
    const body = events.join('');
    const { length } = Buffer.from(body);
    const cuts = Array.from({ length }, (__, index) => index);
    const [atOnce, byteByByte] = await answersOf(adapter, [{ body }, { body, cuts }]);
    expect(atOnce?.answer).toEqual(expected);
    expect(byteByByte).toEqual(atOnce);
    const told = atOnce?.told ?? [];
    const texts = told.filter((text) => text !== '');
    const isGrowing = texts.every((text, index) => (texts[index + 1] ?? text).startsWith(text));
    expect([isGrowing, told.slice(-1)]).toEqual([true, [expected.error ? '' : stepText]]);
  });

  test.each(answers.slice(0, 1))('%s: it may be cut at every byte', async (_, events) => {
    const body = events.join('');
    const { length } = Buffer.from(body);
    const replies = Array.from({ length }, (__, cut) => ({ body, cuts: [cut] }));
    const found = await answersOf(adapter, replies);
    const steps = found.map(({ answer }) => ('step' in answer ? answer.step : answer));
    expect(steps).toEqual(replies.map(() => step));
  });

  test.each(answers)('%s: cut off before its last event, it is no answer', async (_, events) => {
    const known = events.slice(0, events.findIndex(isLast));
    for (const index of ['', ...known].keys()) {
      const body = known.slice(0, index).join('');
      const { url, requests } = await toyProvider({ headers: again, body });
      const { answer, told } = await listen(adapter(url));
      const message = expect.stringContaining('200 with an error: the stream ended early');
      expect(answer).toEqual({ failed: expect.objectContaining({ message }) });
      expect([told.slice(-1), requests.length]).toEqual([[''], 3]);
    }
  });
}

const again = { 'retry-after': '0' };

/** Tests errors inside of streams. The last field is whether another attempt is made. */
export function testStreamErrors(
  adapter: Adapter,
  good: readonly string[],
  errors: readonly (readonly [string, readonly string[], boolean])[],
) {
  test.each(errors)('an error in a stream is one: %s', async (_, events, isRetried) => {
    const failure = { headers: again, body: events.join('') };
    const { url, requests } = await toyProvider(failure, { body: good.join('') });
    const { answer, told } = await listen(adapter(url));
    if (isRetried) expect(answer).toMatchObject({ step });
    else expect(answer).toEqual({ failed: expect.any(PermanentModelError) });
    expect(requests).toHaveLength(isRetried ? 2 : 1);
    expect(told.slice(-1)).toEqual([isRetried ? stepText : '']);
    expect(told).toContain('');
  });
}
