import { expect, test } from 'vitest';
import type { Notice } from '../channels/channel.ts';
import { toSlackMessage } from './blocks.ts';
import { listIn, objectIn, textIn, type Json } from './json.ts';

const step = {
  intent: 'deploy',
  version: '1.4.2',
  to: 'production',
};
const approval: Notice = {
  id: 'd1',
  kind: 'approval',
  thread: 't_1',
  call_id: 't_1:3',
  to: 'T1:U2',
  text: 'production has users',
  step,
  approvers: ['ada', 'bob'],
  needed: 2,
  due: '2026-01-31T09:30:00.000Z',
  reminder: 0,
};
const question: Notice = {
  ...approval,
  kind: 'question',
  step: undefined,
  approvers: undefined,
};

const buttonsIn = ({ blocks }: { blocks: readonly Json[] }) =>
  blocks.flatMap((block) => listIn(block, 'elements'));
const idsOf = (notice: Notice) =>
  buttonsIn(toSlackMessage(notice)).map((one) => textIn(one, 'action_id'));
const textsIn = ({ blocks }: { blocks: readonly Json[] }) =>
  blocks.map((block) => textIn(objectIn(block, 'text'), 'text')).filter((text) => text !== '');

test('a request says what will be done, why, who may approve it, and until when', () => {
  expect(textsIn(toSlackMessage(approval))).toEqual([
    '*Approval needed* `deploy`',
    '```{\n  "version": "1.4.2",\n  "to": "production"\n}```',
    'production has users',
    'Who may approve: ada, bob\nApprovals needed: 2\nExpires: 2026-01-31 09:30 UTC',
  ]);
});

test('a request says who asked, and for what', () => {
  const about = 'ada: Bring it to <production>.\npull_request: 42\ntitle: `a` \u202e<b>';
  expect(textsIn(toSlackMessage({ ...approval, about }))).toContain(
    'Asked for by ada: Bring it to &lt;production&gt;.\n```pull_request: 42\n' +
      'title: \\u0060a\\u0060 \\u{202e}&lt;b&gt;```',
  );
  expect(textsIn(toSlackMessage({ ...approval, about: 'ada: go' }))).toContain(
    'Asked for by ada: go',
  );
  // A frame that the text began would end where that of the data begins.
  const framed = { ...approval, about: 'ada: go ```\nok: *yes*' };
  expect(textsIn(toSlackMessage(framed))).toContain("Asked for by ada: go '''\n```ok: *yes*```");
});

test.each<[string, Partial<Notice>, string[]]>([
  ['an approval', {}, ['approve', 'edit', 'deny']],
  ['a question', question, ['answer']],
  [
    'a question with choices',
    { ...question, choices: ['yes', 'no'] },
    ['choice_0', 'choice_1', 'answer'],
  ],
  ['a question with long choices', { ...question, choices: ['x'.repeat(76)] }, ['answer']],
  ['a call that was handed over', { ...question, kind: 'handed_over' }, ['answer']],
  ['an answered request', { kind: 'answered' }, []],
  ['an end', { kind: 'ended' }, []],
  ['a link', { kind: 'ended', link: 'https://a.example/link/x' }, ['open']],
  ['arguments that are too long', { step: { ...step, notes: 'x'.repeat(9_000) } }, ['deny']],
])('%s has its buttons', (_, changes, expected) => {
  expect(idsOf({ ...approval, ...changes })).toEqual(expected);
});

test('a button has the id of the call, and a choice what was chosen', () => {
  const choices = ['1.4.2', 'the latest'];
  const values = buttonsIn(toSlackMessage({ ...question, choices })).map(({ value }) => value);
  expect(values).toEqual(['t_1:3 1.4.2', 't_1:3 the latest', 't_1:3']);
});

test.each([
  [undefined, 'Use `show t_1` in the terminal to read all of it.'],
  ['https://a.example/link/x', 'Open it to read all of it.'],
])('what is too long can be read elsewhere, with the link %s', (link, expected) => {
  const text = 'x'.repeat(9_000);
  expect(textsIn(toSlackMessage({ ...approval, text, link })).join('\n')).toContain(expected);
});

test('choices that do not fit on buttons are listed', () => {
  const choices = ['x'.repeat(100), 'y'];
  expect(textsIn(toSlackMessage({ ...question, choices })).join('\n')).toContain('\n• y');
});

test('arguments stay exact: what would end their frame or cannot be seen is escaped', () => {
  const hidden = {
    intent: 'deploy',
    to: '```\u202e*Approved by ada*',
  };
  const [, args] = textsIn(toSlackMessage({ ...approval, step: hidden }));
  expect(args).toBe('```{\n  "to": "\\u0060\\u0060\\u0060\\u{202e}*Approved by ada*"\n}```');
});

const hostile = [
  '<!channel>',
  '<!here|x>',
  '<@U0ADA>',
  '<#C1>',
  '<https://evil.example|Approve>',
  '&lt;!channel&gt;',
  '```',
  '`',
  '*bold*',
  '"\\"\n\n\t',
  '\u202e\u0000\ud800',
  '👩‍👩‍👧',
  '&'.repeat(700),
  'x'.repeat(2_499),
  ' ',
];

/** Texts of hostile parts, the same in each run. */
function* textsOf(count: number) {
  let seed = 7;
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let n = 0; n < count; n++)
    yield Array.from({ length: next(12) }, () => hostile[next(hostile.length)] ?? '').join('');
}

test('no text of a model mentions, links, or passes a limit of Slack', () => {
  for (const text of textsOf(300)) {
    const message = toSlackMessage({
      ...approval,
      kind: text.length % 2 === 0 ? 'approval' : 'question',
      text,
      about: `${text}\n${text}`,
      step: {
        intent: text,
        to: text,
        [text]: [text],
      },
      approvers: [text],
      choices: [text.slice(0, 60), 'yes'],
    });
    const { blocks } = message;
    // The value of a button is not shown.
    const shown = JSON.stringify(message, (key, one) => (key === 'value' ? '' : one));
    expect(shown).not.toMatch(/[<>]/);
    expect(JSON.stringify(blocks).length).toBeLessThan(13_000);
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(message.text.length).toBeLessThanOrEqual(3_000);
    for (const one of textsIn(message)) expect(one.length).toBeLessThanOrEqual(3_000);
    for (const button of buttonsIn(message)) {
      expect(textIn(objectIn(button, 'text'), 'text').length).toBeLessThanOrEqual(75);
      expect(textIn(button, 'value').length).toBeLessThanOrEqual(2_000);
    }
  }
});

test('a reminder says so', () => {
  expect(toSlackMessage({ ...approval, reminder: 2 }).text).toBe(
    'Reminder: Approval needed: production has users',
  );
});
