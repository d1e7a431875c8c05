import xterm from '@xterm/headless';
import { expect, test, vi } from 'vitest';
import type { Agent } from '../../registry/agent/core/agent.ts';
import type { Model } from '../../registry/agent/core/model.ts';
import { printer, type Screen } from '../../registry/agent/screen/screen.ts';
import { localBackend } from '../../registry/agent/terminal/local.ts';
import { toyTerminal } from '../../registry/agent/terminal/toy-terminal.ts';
import { toyAgent } from '../../registry/agent/testing/toy-agent.ts';

/** Returns what a person sees after this output. */
async function seen(output: string, columns = 80, rows = 24): Promise<string[]> {
  const terminal = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: 500,
    allowProposedApi: true,
  });
  await new Promise<void>((done) => terminal.write(output.replaceAll('\n', '\r\n'), done));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row));
  const texts = lines.map((line) => line?.translateToString(true) ?? '');
  terminal.dispose();
  return texts.join('\n').trimEnd().split('\n');
}

const long = 'A question with so many words that it takes more than a single line of the screen. ';
const questions = [
  'Which one?',
  long.repeat(2),
  long.repeat(40),
  'Two lines:\n- one\n- two, and 漢字 👩‍👧',
  `${'x'.repeat(300)} and more`,
  'colours \u001b[31m and \u0007 bells',
];

/** An agent whose model writes its answer in parts. */
function writing(question: string, ...before: readonly string[]): Agent {
  const step = { intent: 'ask', question };
  const answer = JSON.stringify({ next_step: step });
  const model: Model = ({ onText }) => {
    for (const text of before) onText?.(text);
    for (let end = 5; end < answer.length; end += 5) onText?.(answer.slice(0, end));
    return Promise.resolve({ step });
  };
  return { ...toyAgent([]).agent, model };
}

/** Without the ids and times of a run. */
async function played(agent: Agent, columns: number): Promise<string> {
  return await toyTerminal(agent, { typed: [], columns }).run('go');
}

test.each(questions.flatMap((question) => [30, 80].map((columns) => ({ question, columns }))))(
  'after a draft, a person sees the same as without one: $question in $columns columns',
  async ({ question, columns }) => {
    const agent = writing(question);
    const silent: Agent = {
      ...agent,
      model: (request) => agent.model({ ...request, onText: undefined }),
    };
    const withDrafts = await played(agent, columns);
    const without = await played(silent, columns);
    expect(withDrafts).toContain('\u001b[J');
    expect(without).not.toContain('\u001b');
    expect(await seen(withDrafts, columns)).toEqual(await seen(without, columns));
  },
);

test('a draft that was withdrawn leaves nothing behind', async () => {
  const draft = JSON.stringify({ next_step: { intent: 'ask', question: 'Or rather\nthis?' } });
  const printed = await played(writing('Which one?', draft, ''), 80);
  expect(printed).toContain('Or rather');
  expect((await seen(printed)).join('\n')).not.toContain('rather');
});

test('two threads that write at once are both seen', async () => {
  let output = '';
  const write = (more: string) => void (output += more);
  const paper = printer({ colour: false, columns: () => 80, write });
  const ignore = () => undefined;
  const screen: Screen = {
    ...paper,
    interactive: true,
    isTerminal: true,
    busy: ignore,
    takeTyped: () => '',
    ask: () => Promise.resolve(undefined),
    dropTypedAhead: () => Promise.resolve(),
    onInterrupt: () => ignore,
    isClosed: () => false,
  };
  let end: () => void = ignore;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const model: Model = async ({ onText, events }) => {
    const text = events[0]?.type === 'message' ? events[0].text : '';
    const step = { intent: 'ask', question: `About ${text}: which one?` };
    onText?.(JSON.stringify({ next_step: step }));
    await ended;
    return { step };
  };
  const backend = localBackend({ ...toyAgent([]).agent, model }, screen, 'ada', 1);
  const ids = await Promise.all(['apples', 'pears'].map((text) => backend.start(text)));
  const runs = ids.map(({ id }) => backend.advance(id));
  await vi.waitFor(() => expect(output).toContain('About pears'));
  expect((await seen(output)).join('\n')).toMatch(/About apples[^]*About pears/);
  end();
  await Promise.all(runs);
  const shown = (await seen(output)).join('\n');
  expect(shown).not.toContain('About');
});

/** Draws drafts one after the other. */
async function drawn(drafts: readonly (readonly string[])[], rows = 6): Promise<string[]> {
  let output = 'before\n';
  const write = (more: string) => void (output += more);
  const paper = printer({ colour: false, columns: () => 20, write });
  for (const lines of drafts) paper.draft(lines, rows);
  return await seen(output, 20, rows);
}

test.each([
  ['grows', [['a'], ['a', 'b'], ['a', 'bc']], ['before', 'a', 'bc']],
  ['gets shorter', [['a', 'b', 'c'], ['a']], ['before', 'a']],
  ['is another one', [['a', 'b'], ['c']], ['before', 'c']],
  ['is erased', [['a', 'b'], []], ['before']],
  ['is longer than the screen', [['1', '2'], [...'123456789']], ['before', '6', '7', '8', '9']],
  ['is wider than the screen', [['a'], ['b', 'x'.repeat(21)], ['c']], ['before', 'c']],
])('a draft that %s is drawn in place', async (_, drafts, lines) => {
  expect(await drawn(drafts)).toEqual(lines);
});

test('while nothing more comes, the seconds stand below a draft, and go with it', async () => {
  let output = '';
  const write = (more: string) => void (output += more);
  const paper = printer({ colour: false, columns: () => 40, write });
  paper.draft(['half a sent'], 10);
  paper.tick(Date.now() + 2_000, '');
  expect((await seen(output)).slice(0, 2)).toEqual([
    'half a sent',
    expect.stringMatching(/ . thinking, 2 s/),
  ]);
  paper.draft(['half a sentence'], 10);
  expect(await seen(output)).toEqual(['half a sentence']);
  paper.print('whole');
  expect(await seen(output)).toEqual(['whole']);
});
