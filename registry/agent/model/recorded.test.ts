// @vitest-environment node
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import type { Model, ModelAnswer, ModelRequest } from '../core/model.ts';
import { recorded } from './recorded.ts';
import { playRhythm, rhythmKeeper } from './rhythm.ts';
import { toyProvider, toyRequest } from './toy-provider.ts';

const step = { intent: 'done', message: 'shipped' };
const usage = { model: 'toy', input_tokens: 20, output_tokens: 5, usd: 0.01 };
const record = { RECORD: '1' };

/** Returns a path in a new folder. The file does not exist yet. */
function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'recorded-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'recordings/toy.jsonl');
}

/** Gives these answers in order. */
const saying = (...answers: readonly ModelAnswer[]): Model => {
  const left = [...answers];
  return () => {
    const next = left.shift();
    return next ? Promise.resolve(next) : never(toyRequest);
  };
};

const never: Model = () => Promise.reject(new Error('the model was asked'));

const about = (text: string): ModelRequest => ({
  ...toyRequest,
  blocks: [`<message>\n from: ada\n text: ${text}`],
});
const linesOf = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n');

/** A small adapter. */
const adapter =
  (url: string, apiKey: string): Model =>
  async ({ blocks, signal }) => {
    const headers = { authorization: `Bearer ${apiKey}` };
    const response = await fetch(url, { method: 'POST', headers, body: blocks.join('\n'), signal });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return response.json() as Promise<ModelAnswer>;
  };

test('an answer is played when the provider is out of reach', async () => {
  const file = newFile();
  const { url, requests } = await toyProvider({ body: { step, usage } });
  const answer = await recorded(file, adapter(url, 'sk-canary-1'), {
    ...record,
    TOY_API_KEY: 'sk-canary-1',
  })(toyRequest);
  expect(requests).toHaveLength(1);

  const model = recorded(file, adapter('http://127.0.0.1:9', ''), {});
  expect(await model(toyRequest)).toEqual(answer);
  expect(answer).toEqual({ step, usage });
});

test('a line has the last block and the answer', async () => {
  const file = newFile();
  await recorded(file, saying({ step, usage }), record)(toyRequest);
  expect(linesOf(file).map((line) => JSON.parse(line))).toEqual([
    {
      block: '<tool_error>\n no such version',
      step,
      usage,
      key: expect.stringMatching(/^[\da-f]{64}$/),
      run: expect.any(String),
    },
  ]);
});

test('without RECORD=1 the model is never asked', async () => {
  const file = newFile();
  await recorded(file, saying({ step }), record)(toyRequest);
  for (const env of [{}, { RECORD: '' }, { RECORD: '0' }])
    expect(await recorded(file, never, env)(toyRequest)).toEqual({ step });
});

test('an error of an answer is played, also without a step', async () => {
  const file = newFile();
  const answers: ModelAnswer[] = [
    { step: { intent: 'dance' }, error: '✖ Invalid' },
    { step: undefined, error: '✖ None' },
  ];
  const recording = recorded(file, saying(...answers), record);
  for (const answer of answers) expect(await recording(toyRequest)).toEqual(answer);
  const playing = recorded(file, never, {});
  for (const answer of answers) expect(await playing(toyRequest)).toEqual(answer);
});

test('what a model said in place of a step is played', async () => {
  const file = newFile();
  const refusal = { step: undefined, error: '✖ Refused', text: 'I cannot.' };
  await recorded(file, saying(refusal), record)(toyRequest);
  expect(await recorded(file, never, {})(toyRequest)).toEqual(refusal);
});

test('a repeated request gets its next answer, then the last one again', async () => {
  const file = newFile();
  const recording = recorded(file, saying({ step: 1 }, { step: 'other' }, { step: 2 }), record);
  await recording(about('a'));
  await recording(about('b'));
  await recording(about('a'));
  const model = recorded(file, never, {});
  const steps: unknown[] = [];
  for (const text of ['a', 'b', 'a', 'a', 'b']) steps.push((await model(about(text))).step);
  expect(steps).toEqual([1, 'other', 2, 2, 'other']);
  expect((await recorded(file, never, {})(about('a'))).step).toBe(1);
});

test('a new recording replaces the answers of the same requests only', async () => {
  const file = newFile();
  const first = recorded(
    file,
    saying({ step: 'old' }, { step: 'older' }, { step: 'kept' }),
    record,
  );
  for (const text of ['a', 'a', 'b']) await first(about(text));
  await recorded(file, saying({ step: 'new' }), record)(about('a'));
  const model = recorded(file, never, {});
  const steps: unknown[] = [];
  for (const text of ['a', 'a', 'b']) steps.push((await model(about(text))).step);
  expect(steps).toEqual(['new', 'new', 'kept']);
});

test('two recordings into one file at the same time lose nothing', async () => {
  const file = newFile();
  const [one, two] = [
    recorded(file, saying({ step: 1 }, { step: 2 }), record),
    recorded(file, saying({ step: 3 }), record),
  ];
  await one(about('a'));
  await two(about('b'));
  await one(about('a'));
  const model = recorded(file, never, {});
  const steps: unknown[] = [];
  for (const text of ['a', 'b', 'a']) steps.push((await model(about(text))).step);
  expect(steps).toEqual([1, 3, 2]);
});

test.each<[string, Partial<ModelRequest>]>([
  ['prompt', { system: 'Ship it well.' }],
  ['schema', { schema: z.object({ intent: z.literal('done') }) }],
  ['context window', { blocks: [...toyRequest.blocks, '<message>\n text: go on'] }],
])('another %s is another request', async (_, change) => {
  const file = newFile();
  await recorded(file, saying({ step }), record)(toyRequest);
  await expect(recorded(file, never, {})({ ...toyRequest, ...change })).rejects.toThrow(
    'has no answer to this',
  );
});

test('a request that was not recorded is an error that says how to record it', async () => {
  const file = newFile();
  const asked = recorded(file, never, {})(toyRequest);
  await expect(asked).rejects.toThrow(PermanentModelError);
  await expect(asked).rejects.toThrow(
    `${file} has no answer to this; record one with RECORD=1: <tool_error>\n no such version`,
  );
});

test.each(['{"block":', '{"key":"k","run":"r"}', '<<<<<<< HEAD', '[]'])(
  'a damaged line is an error with its line number: %s',
  async (damage) => {
    const file = newFile();
    await recorded(file, saying({ step }), record)(toyRequest);
    appendFileSync(file, `\n${damage}\n`);
    const asked = recorded(file, never, {})(toyRequest);
    await expect(asked).rejects.toThrow(PermanentModelError);
    await expect(asked).rejects.toThrow(`${file}:3 is damaged`);
  },
);

test('an error of the model is thrown, and not recorded', async () => {
  const file = newFile();
  const model = recorded(file, saying(), record);
  await expect(model(toyRequest)).rejects.toThrow('the model was asked');
  await expect(recorded(file, never, {})(toyRequest)).rejects.toThrow('has no answer to this');
});

test('no secret is in the file, and the answer is the one that will be played', async () => {
  const file = newFile();
  const env = { ...record, TOY_API_KEY: 'sk-canary-1', DB_PASSWORD: 'pass"canary\\2' };
  const secrets = [env.TOY_API_KEY, env.DB_PASSWORD];
  const said = {
    step: {
      intent: secrets[0],
      list: [`${secrets[1]}!`, JSON.stringify(secrets)],
      ['sk-canary-1']: 1,
    },
    error: `not ${secrets[1]}`,
    usage: { ...usage, model: `toy/${secrets[0]}` },
  };
  const request = {
    ...toyRequest,
    system: secrets.join(),
    blocks: [`<message>\n text: use ${secrets.join(' or ')}`],
  };
  const answer = await recorded(file, saying(said), env)(request);
  expect(readFileSync(file, 'utf8')).not.toMatch(/canary/);
  expect(answer).toMatchObject({ step: { intent: '[secret]' }, error: 'not [secret]' });
  expect(await recorded(file, never, {})(request)).toEqual(answer);
});

test('the variables of the model are required only for recording', () => {
  const model = Object.assign(saying(), { missing: () => ['TOY_API_KEY'] });
  expect(recorded('unused', model, record).missing?.()).toEqual(['TOY_API_KEY']);
  expect(recorded('unused', model, {}).missing?.()).toEqual([]);
});

test('the timeout of the model applies only while recording', () => {
  const model = Object.assign(saying(), { timeoutMs: Infinity });
  expect(recorded('unused', model, record).timeoutMs).toBe(Infinity);
  expect(recorded('unused', model, {}).timeoutMs).toBeUndefined();
});

test('lines can be edited, and blank ones are ignored', async () => {
  const file = newFile();
  await recorded(file, saying({ step }), record)(toyRequest);
  const edited = readFileSync(file, 'utf8').replace('shipped', 'shipped at last');
  writeFileSync(file, `\n${edited.replace(/\n/g, '\r\n')}\n`);
  expect((await recorded(file, never, {})(toyRequest)).step).toEqual({
    ...step,
    message: 'shipped at last',
  });
});

test('an answer starts a new line after one that a crash cut short', async () => {
  const file = newFile();
  await recorded(file, saying({ step }), record)(about('one'));
  appendFileSync(file, '{"block":"two","st');
  await recorded(file, saying({ step }), record)(about('three'));
  expect(linesOf(file)).toHaveLength(3);
  await expect(recorded(file, never, {})(about('three'))).rejects.toThrow(
    `${file}:2 is damaged: delete the line`,
  );
  writeFileSync(
    file,
    linesOf(file)
      .filter((line) => line.endsWith('}'))
      .join('\n'),
  );
  expect(await recorded(file, never, {})(about('three'))).toEqual({ step });
});

test('a file that cannot be written or read is a permanent error', async () => {
  const folder = dirname(newFile());
  mkdirSync(folder);
  await expect(recorded(folder, saying({ step }), record)(toyRequest)).rejects.toThrow(
    PermanentModelError,
  );
  await expect(recorded(folder, never, {})(toyRequest)).rejects.toThrow(
    `${folder} cannot be read: EISDIR`,
  );
});

/** Tells these texts, then gives the answer. */
const telling =
  (answer: ModelAnswer, ...texts: readonly string[]): Model =>
  ({ onText }) => {
    for (const text of texts) onText?.(text);
    return Promise.resolve(answer);
  };

const listening = () => {
  const told: string[] = [];
  return { told, request: { ...toyRequest, onText: (text: string) => void told.push(text) } };
};

test('for a listener, the texts are recorded without secrets, and played', async () => {
  const file = newFile();
  const env = { ...record, TOY_API_KEY: 'sk-canary-1' };
  const texts = ['use sk-can', '', 'use ', 'use sk-canary-1', 'use sk-canary-1 now'];
  const recording = listening();
  await recorded(file, telling({ step }, ...texts), env)(recording.request);
  expect(recording.told).toEqual(texts);
  expect(readFileSync(file, 'utf8')).not.toMatch(/sk-|canary/);
  const playing = listening();
  expect(await recorded(file, never, {})(playing.request)).toEqual({ step });
  const played = ['use ', 'use [secret]', 'use [secret] now'];
  expect(playing.told).toEqual(['use ', '', ...played]);
  expect(await recorded(file, never, {})(toyRequest)).toEqual({ step });
});

test('an answer that was recorded without a listener is played at once', async () => {
  const file = newFile();
  await recorded(file, telling({ step }, '{'), record)(toyRequest);
  expect(readFileSync(file, 'utf8')).not.toContain('rhythm');
  const { told, request } = listening();
  expect(await recorded(file, never, {})(request)).toEqual({ step });
  expect(told).toEqual([]);
});

test('the rhythm of a recording is played, until the signal fires', async () => {
  const times = [0, 10, 40, 60_000];
  const { rhythm, listener } = rhythmKeeper(
    () => undefined,
    (text) => text,
    () => times.shift() ?? 0,
  );
  for (const text of ['a', 'ab', 'abc']) listener(text);
  expect(rhythm).toEqual([
    {
      text: 'abc',
      beats: [
        [10, 1],
        [40, 2],
        [60_000, 3],
      ],
    },
  ]);
  const startedAt = performance.now();
  const aborting = new AbortController();
  const told: string[] = [];
  const playing = playRhythm(rhythm, aborting, (text) => {
    told.push(text);
    if (text === 'ab') aborting.abort(new Error('the thread moved on'));
  });
  await expect(playing).rejects.toThrow('the thread moved on');
  expect(told).toEqual(['a', 'ab']);
  expect(performance.now() - startedAt).toBeGreaterThan(30);
});
