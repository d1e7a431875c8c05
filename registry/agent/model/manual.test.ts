import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import { printer, type Screen } from '../screen/screen.ts';
import { manual } from './manual.ts';

const Place = z.object({ region: z.string() }).describe('Where.');

const schema = z.discriminatedUnion('intent', [
  z
    .object({
      intent: z.literal('deploy'),
      kind: z.literal('release'),
      version: z.string().min(3).describe('As in the tag.'),
      to: z.enum(['staging', 'production']),
      percent: z.int().max(100).optional(),
      isUrgent: z.boolean().optional(),
      ticket: z.string().nullable(),
      places: z.array(Place).optional(),
    })
    .describe('Deploy a version.'),
  z.object({ intent: z.literal('done') }),
  z
    .object({ intent: z.literal('wait'), from: z.number(), to: z.number() })
    .refine(({ from, to }) => from < to, 'odd'),
  z.object({ intent: z.literal('rate'), stars: z.union([z.literal(10), z.literal(5)]) }),
]);

/** Plays a person who types these lines and then leaves. At `moved`, the thread moves on. */
function played(typed: readonly (string | undefined)[], { columns = 80, interactive = true } = {}) {
  const waiting = [...typed];
  const moved = new AbortController();
  let printed = '';
  const write = (text: string) => void (printed += text);
  const screen: Screen = {
    interactive,
    isTerminal: interactive,
    ...printer({ colour: false, columns: () => columns, write }),
    ask(prompt, signal) {
      const line = waiting.shift();
      write(`${prompt}${line ?? ''}\n`);
      if (line === 'moved') moved.abort(new Error('the thread moved on'));
      return Promise.resolve(signal?.aborted ? undefined : line);
    },
    busy: () => undefined,
    takeTyped: () => '',
    dropTypedAhead: () => Promise.resolve(),
    onInterrupt: () => () => undefined,
    isClosed: () => false,
  };
  const blocks = ['<message>\n from: ada\n text: ship\u001b[2J it'];
  const leave = () => Promise.reject(new Error('they left'));
  const model = manual(screen, leave);
  const answer = model({
    system: 'Ship it.',
    blocks,
    events: [],
    schema,
    signal: moved.signal,
  });
  return { answer, printed: () => printed };
}

const stepOf = async (...typed: readonly string[]) => (await played(typed).answer).step;

const placesSchema = JSON.stringify({
  type: 'array',
  items: {
    type: 'object',
    properties: { region: { type: 'string' } },
    required: ['region'],
    description: 'Where.',
  },
});

test('shows the exact context, then the steps, then the fields of the chosen step', async () => {
  const { answer, printed } = played(['1', '1.4.2', '2', '', '', '', '']);
  expect((await answer).step).toEqual({
    intent: 'deploy',
    kind: 'release',
    version: '1.4.2',
    to: 'production',
    ticket: null,
  });
  expect(printed()).toBe(`\
  You are the model. This is all that it sees:

Ship it.
<message>
 from: ada
 text: ship\\u{1b}[2J it

  What is the next step? Type its number.
  1  deploy                 Deploy a version.
  2  done
  3  wait
  4  rate
number> 1
     /back chooses again
     version: As in the tag. (text)
version> 1.4.2
     to: (1 staging, 2 production)
to> 2
     percent: (a whole number, or nothing)
percent> 
     isUrgent: (y or n, or nothing)
isUrgent> 
     ticket: (text, or nothing)
ticket> 
     places: (JSON that matches ${placesSchema},
     or nothing)
places> 
`);
});

test('on a narrow screen, descriptions are below the steps', async () => {
  const { answer, printed } = played(['done'], { columns: 40 });
  expect((await answer).step).toEqual({ intent: 'done' });
  expect(printed()).toContain('  1  deploy\n     Deploy a version.\n  2  done\n');
  expect(
    printed()
      .split('\n')
      .every((line) => line.length <= 40),
  ).toBe(true);
});

describe('a field is asked for again until its schema accepts the value', () => {
  const start = ['1', '1.4.2', 'staging'];
  test.each([
    ['text that is too short', ['1', '1', '1.4', '1', '', '', '', ''], { version: '1.4' }],
    ['text that is needed', ['1', '', '1.4', '1', '', '', '', ''], { version: '1.4' }],
    ['one of a few, by name', ['1', '1.4.2', 'production', '', '', '', ''], { to: 'production' }],
    [
      'one of a few, by a number that is not there',
      ['1', '1.4.2', '3', '0', '1', '', '', '', ''],
      { to: 'staging' },
    ],
    [
      'a number that is kept',
      [...start, '0x10', '9007199254740993', '+7', '', '', ''],
      { percent: 7 },
    ],
    ['a number', [...start, 'half', '5.5', '101', '50', '', '', ''], { percent: 50 }],
    ['yes or no', [...start, '', 'maybe', 'y', '', ''], { isUrgent: true }],
    ['no', [...start, '', 'N', '', ''], { isUrgent: false }],
    ['text or null', [...start, '', '', 'T-7', ''], { ticket: 'T-7' }],
    [
      'JSON',
      [...start, '', '', '', '{', '[{}]', '[{"region":"eu"}]'],
      { places: [{ region: 'eu' }] },
    ],
  ])('%s', async (_, typed, expected) => {
    expect(await stepOf(...typed)).toMatchObject(expected);
  });

  test('a wrong value is explained, with its path', async () => {
    const long = '9007199254740993';
    const typed = ['half', long, '', '', '', '{', `[${long}]`, '[{}]', '[]'];
    const { answer, printed } = played([...start, ...typed]);
    await answer;
    expect(printed()).toContain('percent> half\n     That is not a number.\npercent> ');
    const problem = `${long} cannot be kept exactly as a number.`;
    expect(printed()).toContain(`percent> ${long}\n     ${problem}\npercent> \n`);
    expect(printed()).toContain(`places> [${long}]\n     ${problem}\nplaces> [{}]\n`);
    expect(printed()).toContain(
      'places> {\n     That is not JSON. A text in it has quotes.\nplaces> ',
    );
    expect(printed()).toContain(
      '     0.region: Invalid input: expected string, received undefined\nplaces> []\n',
    );
  });

  test('an option that is a number comes before the number of an option', async () => {
    expect(await stepOf('4', '5')).toEqual({ intent: 'rate', stars: 5 });
    expect(await stepOf('4', '1')).toEqual({ intent: 'rate', stars: 10 });
  });
});

test('an unknown number is asked again, and /back chooses another step', async () => {
  const { answer, printed } = played(['', '5', '1\n2', '1', '/back', '2']);
  expect((await answer).step).toEqual({ intent: 'done' });
  expect(printed().match(/Type a number from 1 to 4\./g)).toHaveLength(3);
  expect(printed().match(/What is the next step/g)).toHaveLength(2);
});

test('an issue of the whole step starts over', async () => {
  const { answer, printed } = played(['wait', '2', '1', 'wait', '1', '2']);
  expect((await answer).step).toEqual({ intent: 'wait', from: 1, to: 2 });
  expect(printed()).toContain('     ✖ odd\n  What is the next step?');
});

test('without a terminal, it is a permanent error', async () => {
  await expect(played([], { interactive: false }).answer).rejects.toThrow(PermanentModelError);
});

test('leaving ends the process', async () => {
  await expect(played([undefined]).answer).rejects.toThrow('they left');
});

test('a question ends when the thread moves on, and has no timeout', async () => {
  await expect(played(['1', 'moved']).answer).rejects.toThrow('the thread moved on');
  expect(manual().timeoutMs).toBe(Infinity);
});
