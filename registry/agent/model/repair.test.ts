import { expect, test, vi } from 'vitest';
import * as z from 'zod';
import { askWithRepair, type Turn } from './repair.ts';
import { toyRequest } from './toy-provider.ts';

const good = { next_step: { intent: 'done', message: 'ok' } };
const bad = { next_step: { intent: 'rollback' } };

/** Plays the answers in order; `heard` are the turns that each was asked with. */
function play(...answers: readonly unknown[]) {
  const heard: (readonly Turn[])[] = [];
  const ask = async (more: readonly Turn[]) => {
    const text = JSON.stringify(answers[heard.length]);
    heard.push(more);
    return { text, turn: { role: 'assistant' as const, content: text }, usage: { input_tokens: 10, output_tokens: 1 } };
  };
  return { ask, heard };
}

test('a next step needs one question', async () => {
  const { ask, heard } = play(good);
  const { step, usage } = await askWithRepair(toyRequest, ask);
  expect({ step, usage }).toEqual({ step: good.next_step, usage: { input_tokens: 10, output_tokens: 1 } });
  expect(heard).toEqual([[]]);
});

test('what is none gets one more, with the answer and what is wrong; both are paid for', async () => {
  const { ask, heard } = play(bad, good);
  const { step, usage } = await askWithRepair(toyRequest, ask);
  expect({ step, usage }).toEqual({ step: good.next_step, usage: { input_tokens: 20, output_tokens: 2 } });
  expect(heard[1]).toEqual([
    { role: 'assistant', content: JSON.stringify(bad) },
    { role: 'user', content: expect.stringMatching(/^That is not a next step:\n✖ .*'deploy' \| 'done'.*intent/s) },
  ]);
});

test('a step that is not wrapped is told how to be, and so is whoever reads the error', async () => {
  const { ask, heard } = play(good.next_step, good.next_step);
  const { step, error } = await askWithRepair(toyRequest, ask);
  const expected = '✖ Invalid answer: expected {"next_step": {...}}';
  expect({ step, error }).toEqual({ step: undefined, error: expected });
  expect(heard[1]?.[1]?.content).toBe(`That is not a next step:\n${expected}\nAnswer again.`);
});

test('of an answer that is wrong all over, the model reads the start of what is wrong', async () => {
  const schema = z.object({ list: z.array(z.string()), more: z.strictObject({}) });
  const items = Array.from({ length: 50_000 }, (_, index) => index);
  const more = Object.fromEntries(items.map((item) => [`field-${item}`, item]));
  const { ask, heard } = play({ next_step: { list: items, more } }, good);
  const { error = '' } = await askWithRepair({ ...toyRequest, schema }, ask);
  expect(String(heard[1]?.[1]?.content).length).toBeLessThan(2_100);
  expect(error.length).toBeLessThan(2_001);
});

test('what is none twice is for the loop to record, with what is wrong', async () => {
  const { ask, heard } = play(bad, bad, good);
  const { step, error } = await askWithRepair(toyRequest, ask);
  expect({ step, error }).toEqual({ step: bad.next_step, error: expect.stringMatching(/^✖ .*'deploy' \| 'done'/) });
  expect(heard).toHaveLength(2);
});

test('what the provider calls no answer is not repaired', async () => {
  const ask = vi.fn(async () => ({ text: '{', error: 'cut off', turn: { role: 'assistant' as const, content: '' } }));
  expect(await askWithRepair(toyRequest, ask)).toEqual({ step: undefined, error: 'cut off' });
  expect(ask).toHaveBeenCalledTimes(1);
});

const firstThen = (error: Error) => {
  const { ask } = play(bad);
  return (turns: readonly Turn[]) => (turns.length === 0 ? ask(turns) : Promise.reject(error));
};

test('where the second question fails, the first answer is paid for', async () => {
  const { step, error, usage } = await askWithRepair(toyRequest, firstThen(new Error('out of reach')));
  expect({ step, error, usage }).toEqual({
    step: undefined,
    error: 'out of reach',
    usage: { input_tokens: 10, output_tokens: 1 },
  });
});

test('an abort in the second question is no answer', async () => {
  const reason = new Error('the thread moved on');
  const request = { ...toyRequest, signal: AbortSignal.abort(reason) };
  await expect(askWithRepair(request, firstThen(new Error('out of reach')))).rejects.toBe(reason);
});
