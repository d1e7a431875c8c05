import { expect, test, vi } from 'vitest';
import * as z from 'zod';
import type { Agent } from '../core/agent.ts';
import type { Draft } from '../core/model.ts';
import { initial } from '../core/thread.ts';
import { oneOf, tool } from '../core/tool.ts';
import { toyAgent } from '../testing/toy-agent.ts';
import { draftListener } from './draft-listener.ts';
import { growingRedactor } from './growing-redactor.ts';
import { stepReader } from './step-reader.ts';

/** The fields after each of the cuts of a text. */
function readInParts(answer: string, size = 1): Record<string, string> {
  const read = stepReader();
  for (let end = size; end < answer.length; end += size) read(answer.slice(0, end));
  const fields = [...read(answer)];
  return Object.fromEntries(fields.map(([name, { text }]) => [name, text]));
}

const done = { intent: 'done', message: 'Shipped.' };

test.each([
  ['a step', JSON.stringify({ next_step: done }), done],
  ['a step without a wrapper', JSON.stringify(done), done],
  ['white space', JSON.stringify({ next_step: done }, null, '\t '), done],
  ['a fence', `\`\`\`json\n${JSON.stringify({ next_step: done })}\n\`\`\``, done],
  ['thoughts', `<think>{"next_step": no</think>\n${JSON.stringify({ next_step: done })}`, done],
  ['another order', '{"next_step":{"message":"Shipped.","intent":"done"}}', done],
  [
    'other fields',
    '{"note":"x","next_step":{"intent":"done","n":1,"ok":true,"no":null}}',
    {
      intent: 'done',
    },
  ],
  [
    'texts deeper down',
    '{"next_step":{"intent":"a","list":["b",{"c":"d"}],"e":{"f":"g"}}}',
    {
      intent: 'a',
    },
  ],
  [
    'escapes',
    String.raw`{"next_step":{"intent":"a","t":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0022"}}`,
    {
      intent: 'a',
      t: '"\\/\b\f\n\r\té😀"',
    },
  ],
  [
    'marks inside of a text',
    '{"next_step":{"intent":"a","t":"{\\"x\\": [1, 2]}, :"}}',
    {
      intent: 'a',
      t: '{"x": [1, 2]}, :',
    },
  ],
  ['a field twice', '{"next_step":{"intent":"a","t":"one","t":"two"}}', { intent: 'a', t: 'two' }],
  ['prose before it', 'Here it is: {"next_step":{"intent":"a"}}', {}],
  ['no JSON at all', 'I cannot do that.', {}],
  ['a broken escape', '{"next_step":{"intent":"a","t":"x\\q","u":"y"}}', { intent: 'a', t: 'x' }],
  ['a list', '[{"next_step":{"intent":"a"}}]', {}],
])('%s: the texts of the step are read, wherever the answer is cut', (_, answer, fields) => {
  for (const size of [1, 2, 3, 7, answer.length]) expect(readInParts(answer, size)).toEqual(fields);
});

test('a text grows with each part, and is whole with its last quote', () => {
  const read = stepReader();
  const start = '{"next_step":{"intent":"done","message":"';
  expect(read(start).get('message')).toBeUndefined();
  expect(read(`${start}Ship`).get('message')).toEqual({
    text: 'Ship',
    isWhole: false,
  });
  expect(read(`${start}Shipped\\`).get('message')).toEqual({
    text: 'Shipped',
    isWhole: false,
  });
  expect(read(`${start}Shipped\\n"`).get('message')).toEqual({ text: 'Shipped\n', isWhole: true });
});

test('a hundred thousand escapes are read', () => {
  const text = '\n'.repeat(100_000);
  const answer = JSON.stringify({
    next_step: { intent: 'done', message: text },
  });
  expect(readInParts(answer, 1_000)['message']).toBe(text);
});

const secret = 'sk-live-0123456789';

test.each([
  ['in the middle', `The key is ${secret}, keep it.`, 'The key is [secret], keep it.'],
  ['at the end', `The key is ${secret}`, 'The key is [secret]'],
  ['only its start', 'The key starts with sk-live-01', 'The key starts with sk-live-01'],
  ['its start, and then another text', 'sk-live-012 and sk-li', 'sk-live-012 and sk-li'],
  ['twice', `${secret}${secret}`, '[secret][secret]'],
  ['in base64', `${Buffer.from(secret).toString('base64')}.`, '[secret].'],
  ['of another environment', 'sk-test-0123456789', 'sk-test-0123456789'],
  ['with emoji', `😀 ${secret} 😀`, '😀 [secret] 😀'],
])('a secret %s is redacted, wherever the text is cut', (_, text, redacted) => {
  for (let cut = 0; cut <= text.length; cut += 1) {
    const redact = growingRedactor([secret]);
    const first = redact({
      text: text.slice(0, cut),
      isWhole: false,
    });
    const second = redact({ text, isWhole: true });
    expect(second).toBe(redacted);
    expect(redacted.startsWith(first)).toBe(true);
    expect(first).not.toMatch(/[\ud800-\udbff]$/);
  }
});

test.each([
  ['like its own start', ['k9-live-0123456k9']],
  ['like the start of another one', ['live-01234567-se', 'secret-of-another']],
])('a secret that ends %s is redacted, wherever the text is cut', (_, secrets) => {
  const text = `It is ${secrets[0]}, keep it.`;
  for (let cut = 0; cut <= text.length; cut += 1) {
    const redact = growingRedactor(secrets);
    redact({ text: text.slice(0, cut), isWhole: false });
    expect(redact({ text, isWhole: true })).toBe('It is [secret], keep it.');
  }
});

test('the start of a secret before an escaped character is not shown', () => {
  const redact = growingRedactor(['first-half/second-half']);
  const text = String.raw`It is first-half\/second-half.`;
  expect(redact({ text, isWhole: true })).toBe('It is ');
});

test('a secret that begins another one is redacted as the longer one', () => {
  const redact = growingRedactor(['password-1', 'password-1-long']);
  expect(redact({ text: 'password-1', isWhole: false })).toBe('');
  expect(redact({ text: 'password-1-long!', isWhole: true })).toBe('[secret]!');
});

test('what follows escaped characters is not shown: they may be those of a secret', () => {
  const redact = growingRedactor([secret]);
  const text = String.raw`it is \u0073k-live-0123456789, really`;
  for (let end = 1; end <= text.length; end += 1) {
    const shown = redact({
      text: text.slice(0, end),
      isWhole: end === text.length,
    });
    expect('it is ').toContain(shown);
  }
});

const mail = tool({
  schema: z.object({
    intent: z.literal('mail'),
    to: z.string(),
    body: z.string(),
  }),
  timeoutMs: 1_000,
  onUnknownOutcome: 'ask_human',
  drafts: ['body'],
  run: () => Promise.resolve('sent'),
});
const ask = { awaits: 'answer' as const };
const schemas = {
  mail,
  ask: {
    schema: z.object({
      intent: z.literal('ask'),
      question: z.string(),
    }),
  },
  own: {
    schema: z.object({
      intent: z.literal('own'),
      text: z.string(),
    }),
  },
};
const schema = oneOf(schemas);
const tools = {
  schema,
  actionFor(step: z.infer<typeof schema>) {
    switch (step.intent) {
      case 'mail':
        return mail.action(step);
      case 'ask':
        return ask;
      case 'own':
        // A case that reads other fields cannot be asked before they are there.
        return step.text.length > 3 ? ask : ask;
      default:
        return step satisfies never;
    }
  },
};

/** Feeds an answer in parts to a listener. @returns what it was given */
function draftsOf(...answers: readonly string[]): (Draft | undefined)[] {
  const heard: (Draft | undefined)[] = [];
  const agent: Agent = { ...toyAgent([]).agent, tools };
  const thread = { id: 't_1', events: [], state: initial };
  const listen = draftListener(agent, thread, (draft) => heard.push(draft));
  for (const answer of answers) listen(answer);
  return heard;
}

const step = (fields: object) => JSON.stringify({ next_step: fields });
const lastOf = (drafts: readonly (Draft | undefined)[]) => drafts[drafts.length - 1];

test.each([
  ['a question', { intent: 'ask', question: 'Which one?' }, { question: 'Which one?' }],
  ['a field that the tool marks', { intent: 'mail', to: 'ada', body: 'Hi' }, { body: 'Hi' }],
])('people see %s', (_, fields, texts) => {
  expect(lastOf(draftsOf(step(fields)))).toEqual({
    intent: fields.intent,
    texts,
  });
});

test.each([
  ['an unknown step', { intent: 'nothing', text: 'secret plan' }],
  ['a step whose tool marks nothing that is there', { intent: 'mail', to: 'ada' }],
  ['a step whose action needs the other fields', { intent: 'own', text: 'long' }],
  ['a step without an intent', { question: 'Which one?' }],
])('people see nothing of %s', (_, fields) => {
  expect(draftsOf(step(fields))).toEqual([]);
});

test('a draft is passed on when it has grown, and withdrawn once', () => {
  const start = '{"next_step":{"intent":"ask","question":"Wh';
  const heard = draftsOf(start.slice(0, -2), start, `${start}o?`, `${start}o?"`, '', '', start);
  const texts = heard.map((draft) => draft?.texts['question']);
  expect(texts).toEqual(['Wh', 'Who?', undefined, 'Wh']);
});

test('the listener of the agent gets the answer, too', () => {
  const heard: string[] = [];
  const agent: Agent = {
    ...toyAgent([]).agent,
    listenerFor: () => (text) => void heard.push(text),
  };
  const thread = { id: 't_1', events: [], state: initial };
  const listen = draftListener(agent, thread, () => undefined);
  for (const text of ['{', '']) listen(text);
  expect(heard).toEqual(['{', '']);
});

test('secrets of the environment are not shown', () => {
  vi.stubEnv('MAIL_API_KEY', secret);
  const heard = draftsOf(
    step({
      intent: 'ask',
      question: `Is ${secret} right?`,
    }),
  );
  vi.unstubAllEnvs();
  expect(lastOf(heard)?.texts).toEqual({
    question: 'Is [secret] right?',
  });
});
