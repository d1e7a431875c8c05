import { expect, test } from 'vitest';
import { parseAnswer } from './answer.ts';
import { toyRequest } from './toy-provider.ts';

const step = { intent: 'done', message: 'a } and { "quoted" </b>' };
const other = { intent: 'deploy', version: '1.4.2' };
const json = JSON.stringify({ next_step: step });
const bare = JSON.stringify(step);
const parse = (text: string) => parseAnswer(text, toyRequest.schema);

test.each([
  ['alone', json],
  ['after a byte order mark and blanks', `\ufeff\n ${json}\n`],
  ['in a fence with prose around', `Sure:\n\`\`\`json\n${json}\n\`\`\`\nAnything else?`],
  ['after thinking', `<think>\nHello?\n</think>\n\n${json}`],
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
  ['without next_step, in prose', `I am done: ${bare}.`],
  ['in an object of one field, without next_step', JSON.stringify({ parameters: step })],
])('a step is found %s', (_, text) => {
  const { step: found, error } = parse(text);
  expect({ found, error }).toEqual({ found: step });
});

test('an answer as it was asked for needs no help, any other does', () => {
  expect(parse(json)).not.toHaveProperty('help');
  expect(parse(`<think></think>${json}`).help).toEqual(['taken out of other text']);
});

const expected = '✖ Invalid answer: expected {"next_step": {...}}';
const two = '✖ Invalid answer: it has several next steps';
const cut = `{"next_step":{"intent":"plan","then":[${JSON.stringify(other)},`;

test.each([
  ['nothing', '', expected],
  ['thinking that does not end', `<think>I could answer ${json}`, expected],
  ['a part of an object that was cut off', cut, expected],
  ['a part of a malformed object', `{"plan": [${bare}], then: x}`, expected],
  ['an object without its last brace', json.slice(0, -1), expected],
  ['a Python dictionary', "{'next_step': {'intent': 'done', 'message': 'ok'}}", expected],
  ['a list of two', `[${bare},${bare}]`, expected],
  ['two different steps', `${json}\n${JSON.stringify({ next_step: other })}`, two],
  ['a wrapped step and a bare one', `${json}\n${JSON.stringify(other)}`, two],
  ['levels without end', `${'{"a":'.repeat(50)}${bare}${'}'.repeat(50)}`, expected],
])('there is no step in %s', (_, text, error) => {
  expect(parse(text)).toEqual({ step: undefined, text, error });
});

test('of a valid step and an invalid one, the valid one counts', () => {
  expect(parse(`{"next_step":{"intent":"fly"}} No: ${json}`).step).toEqual(step);
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
  expect(parse(text).error).toBe(expected);
});
