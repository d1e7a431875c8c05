import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { askWithRepair, type ChatMessage } from './adapter.ts';
import { parseAnswer } from './answer.ts';
import { toyRequest } from './toy-provider.ts';

const asAnswer = (next_step: unknown) => JSON.stringify({ next_step });

test.each([
  [
    'an optional field',
    { intent: 'deploy', version: '1.4.2', percent: null },
    { intent: 'deploy', version: '1.4.2' },
  ],
  ['nothing', { intent: 'done', message: 'ok' }, { intent: 'done', message: 'ok' }],
])('removes the null of %s', (_, answer, step) => {
  expect(parseAnswer(asAnswer(answer), toyRequest.schema)).toEqual({ step });
});

test('removes nulls at any depth, and keeps those that the schema accepts', () => {
  const part = z.object({ name: z.string().nullable(), size: z.int().optional() });
  const schema = z.object({ parts: z.array(part), owner: z.union([z.string(), part]) });
  const answer = { parts: [{ name: null, size: null }], owner: { name: null, size: null } };
  expect(parseAnswer(asAnswer(answer), schema)).toEqual({
    step: { parts: [{ name: null }], owner: { name: null } },
  });
});

test('reads the JSON of an object or list where a text was written for it', () => {
  const part = z.object({ name: z.string() });
  const schema = z.object({ parts: z.array(part), owner: part, text: z.string(), more: z.int() });
  const given = { parts: '[{"name":"a"}]', owner: '{"name":"b"}', text: '{"name":"c"}', more: 1 };
  const step = { ...given, parts: [{ name: 'a' }], owner: { name: 'b' } };
  expect(parseAnswer(asAnswer(given), schema)).toEqual({ step });
  for (const wrong of [{ parts: '{}' }, { owner: '[]' }, { owner: 'b' }, { more: '{}' }]) {
    const { error } = parseAnswer(asAnswer({ ...given, ...wrong }), schema);
    expect(error).toMatch(/^✖ Invalid input: expected /);
  }
});

test('a null for a field with a default becomes the default', () => {
  const schema = z.object({ intent: z.literal('deploy'), to: z.string().default('staging') });
  const { step } = parseAnswer(asAnswer({ intent: 'deploy', to: null }), schema);
  expect(schema.parse(step)).toEqual({ intent: 'deploy', to: 'staging' });
});

test.each([
  ['another intent', asAnswer({ intent: 'rollback' })],
  ['a null for a field that is needed', asAnswer({ intent: 'deploy', version: null })],
  ['a null in a list', asAnswer([null])],
  ['no object as the step', asAnswer('done')],
])('says what is wrong with %s', (_, text) => {
  expect(parseAnswer(text, toyRequest.schema).error).toMatch(/^✖ Invalid /);
});

test.each([
  ['prose', 'I would deploy it.'],
  ['no step', '{}'],
  ['null', 'null'],
])('says what it expects instead of %s', (_, text) => {
  expect(parseAnswer(text, toyRequest.schema).error).toBe(
    '✖ Invalid answer: expected {"next_step": {...}}',
  );
});

test.each([
  ['2512292042121000001', z.number()],
  ['2512292042121000001', z.string()],
  ['2512292042121000001', z.unknown()],
  ['1e400', z.number().optional()],
])('%s is not read as another number', async (number, order) => {
  const schema = z.object({ intent: z.literal('pay'), order });
  const text = `\`\`\`json\n{"next_step":{"intent":"pay","order":${number}}}\n\`\`\``;
  const heard: (readonly ChatMessage[])[] = [];
  const ask = (repair: readonly ChatMessage[]) => {
    heard.push(repair);
    return Promise.resolve({ text });
  };
  const error = `✖ ${number} cannot be kept exactly as a number: write it as a text`;
  expect(await askWithRepair({ ...toyRequest, schema }, ask)).toMatchObject({
    step: undefined,
    error,
    text,
  });
  expect(heard[1]?.[1]?.content).toBe(`That is not a next step:\n${error}\nAnswer again.`);
});

test('digits in a text are no number, nor is a text that is not JSON', () => {
  const step = { intent: 'done', message: '2512292042121000001, 9007199254740993' };
  expect(parseAnswer(asAnswer(step), toyRequest.schema)).toEqual({ step });
  expect(parseAnswer('I paid 2512292042121000001.', toyRequest.schema).error).toMatch(/expected/);
});

test.each([
  ['```json\n', '\n```'],
  ['\n```\r\n', '\r\n```\n'],
  ['```JSON ', '```'],
])('accepts an answer between %j and %j', (before, after) => {
  const step = { intent: 'done', message: 'as ```json\n{}\n``` says' };
  const { step: read, error } = parseAnswer(before + asAnswer(step) + after, toyRequest.schema);
  expect({ read, error }).toEqual({ read: step });
});

test('in a union, a null is removed only if that makes the branch valid', () => {
  const schema = z.object({
    intent: z.literal('note'),
    about: z.union([
      z.object({ kind: z.literal('release'), note: z.string().optional() }),
      z.object({ kind: z.literal('person'), note: z.string().nullable(), age: z.int().optional() }),
    ]),
  });
  const answer = { intent: 'note', about: { kind: 'person', note: null, age: null } };
  expect(parseAnswer(asAnswer(answer), schema)).toEqual({
    step: { intent: 'note', about: { kind: 'person', note: null } },
  });
});

describe('between other words', () => {
  const step = { intent: 'done', message: 'a } and { "quoted" </b>' };
  const other = { intent: 'deploy', version: '1.4.2' };
  const json = JSON.stringify({ next_step: step });
  const bare = JSON.stringify(step);
  const parse = (text: string) => parseAnswer(text, toyRequest.schema);
  const aboutThinking = { intent: 'done', message: 'not <think> but </think>' };

  test.each<[string, string, typeof step?]>([
    ['alone', json],
    ['after a byte order mark and blanks', `\ufeff\n ${json}\n`],
    ['in a fence with prose around', `Sure:\n\`\`\`json\n${json}\n\`\`\`\nAnything else?`],
    ['after thinking', `<think>\nHello?\n</think>\n\n${json}`],
    ['after thinking twice', `<think>a</think>Hm. <think>{"b</think>${json}`],
    [
      'with signs of thinking in a text',
      `<think>a</think>${asAnswer(aboutThinking)}`,
      aboutThinking,
    ],
    [
      'with signs of thinking in a text after prose',
      `So: ${asAnswer(aboutThinking)}`,
      aboutThinking,
    ],
    ['after empty thinking', `<think>\n\n</think>\n${json}`],
    ['after thinking with braces', `<think>{"next_step": ...} or {x: {</think>${json}`],
    ['after thinking about another step', `<think>${JSON.stringify(other)}</think>${json}`],
    ['after thinking whose start is missing', `maybe ${bare.slice(0, 9)}</think>${json}`],
    ['after Magistral’s thinking', `[THINK]hm[/THINK]${json}`],
    ['after channels', `<|channel|>analysis<|message|>hm<|channel|>final<|message|>${json}`],
    ['after channels without marks', `analysisWe must say done.assistantfinal${json}`],
    ['after prose with braces', `The set {a, b} and the object {"a": 1} say: ${json}`],
    ['after a brace that is never closed', `Use { for ${json}`],
    ['after its schema', `{"type":"object","properties":{"next_step":{}}} ${json}`],
    ['between two braces too many', `{${json}}`],
    ['twice', `${json}\n${json}`],
    ['with a comma too many', json.replace(/}}$/, ',},}')],
    ['with blanks that JSON does not have', json.replace('}}', '}\u00a0}')],
    ['in a list of one', `[${json}]`],
    ['in a text', JSON.stringify(json)],
    ['as a text', JSON.stringify({ next_step: bare })],
    ['in an object of one field', JSON.stringify({ answer: { next_step: step } })],
    ['without next_step', bare],
    ['without next_step, in a fence', `I am done:\n\`\`\`\n${bare}\n\`\`\`\nIs it right?`],
    ['in an object of one field, without next_step', JSON.stringify({ parameters: step })],
  ])('a step is found %s', (_, text, expected = step) => {
    const { step: found, error } = parse(text);
    expect({ found, error }).toEqual({ found: expected });
  });

  test('an answer as it was asked for needs no help, any other does', () => {
    expect(parse(json)).not.toHaveProperty('help');
    expect(parse(`<think></think>${json}`).help).toEqual(['taken out of other text']);
  });

  const noStep = '✖ Invalid answer: expected {"next_step": {...}}';
  const two = '✖ Invalid answer: it has several next steps';
  const quoting = (text: string) => `{"next_step":{"intent":"done","message":"It says ${text}."}}`;
  const cut = `{"next_step":{"intent":"plan","then":[${JSON.stringify(other)},`;

  test.each([
    ['nothing', '', noStep],
    ['thinking that does not end', `<think>I could answer ${json}`, noStep],
    ['a part of an object that was cut off', cut, noStep],
    ['a part of a malformed object', `{"plan": [${bare}], then: x}`, noStep],
    ['an object without its last brace', json.slice(0, -1), noStep],
    ['a Python dictionary', "{'next_step': {'intent': 'done', 'message': 'ok'}}", noStep],
    ['a list of two', `[${bare},${bare}]`, noStep],
    ['what words follow', `I cannot do ${json}, because it is late.`, noStep],
    ['what may be quoted, without next_step', `They wrote ${bare}`, noStep],
    ['two different steps', `${json}\n${JSON.stringify({ next_step: other })}`, two],
    ['a wrapped step and a bare one', `${json}\n${JSON.stringify(other)}`, two],
    ['a part of an answer whose quotes are not escaped', quoting(json), noStep],
    ['a quote in a Python dictionary', `{'next_step':{'text':'${json}'}}`, noStep],
    ['a quote before an answer that was cut off', `${json} says so. {"next_step":{"intent`, noStep],
    ['a bare quote before an answer that was cut off', `${bare}: {next_step: {"intent`, noStep],
    ['a quote before an invalid answer', `${json} says so. ${asAnswer({ intent: 'fly' })}`, two],
    ['a quote after an invalid answer', `${asAnswer({ intent: 'fly' })}, not ${json}`, two],
    ['thinking that starts late and does not end', `Well. <think>Maybe ${json}`, noStep],
    ['later thinking', `<think>a</think>No. <think>Maybe ${json}?</think>No.`, noStep],
    ['later thinking that does not end', `<think>a</think>No. <think>Maybe ${json}`, noStep],
    ['thinking in a channel', `<|channel|>analysis<|message|>Maybe ${json}`, noStep],
    ['a commentary in a channel', `<|channel|>commentary to=x<|message|>${json}`, noStep],
    ['thinking in a channel without marks', `analysisWe could say ${json} but`, noStep],
    ['levels without end', `${'{"a":'.repeat(50)}${bare}${'}'.repeat(50)}`, noStep],
  ])('there is no step in %s', (_, text, error) => {
    expect(parse(text)).toEqual({ step: undefined, text, error });
  });

  test('a number is exact where the step is, also after a long one in thinking', () => {
    expect(parse(`<think>2512292042121000001</think>${json}`).step).toEqual(step);
    const long = '{"next_step":{"intent":"deploy","version":"1","percent":2512292042121000001}}';
    expect(parse(`Here: ${long}`).error).toMatch(/^✖ 2512292042121000001 cannot be kept/);
  });

  test.each([
    ['braces', '{'.repeat(300_000)],
    ['objects that break off', '{"a":'.repeat(100_000)],
    ['quotes', '{"'.repeat(200_000)],
    ['escapes', `{"${'\\"'.repeat(200_000)}`],
    ['signs of thinking', '</think>'.repeat(50_000)],
  ])('a long text of %s has no step', (_, text) => {
    expect(parse(text).error).toBe(noStep);
  });
});
