import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { showError } from '../../src/ui/show-error.ts';
import { openFrame } from '../../src/ui/frame.ts';
import { openTerminal } from '../../src/ui/terminal.ts';
import { captureStreams, type Kind } from '../support/cli/streams.ts';

describe('a terminal', () => {
  it.each([
    [
      'that is one asks and draws',
      { isTTY: true },
      false,
      { interactive: true, attended: true, drawable: true },
    ],
    [
      'that is a pipe does neither',
      {},
      false,
      { interactive: false, attended: false, drawable: false },
    ],
    [
      'that is dumb asks in plain words',
      { isTTY: true, term: 'dumb' },
      false,
      { interactive: false, attended: true, drawable: false },
    ],
    [
      'without a width asks in plain words',
      { isTTY: true, columns: 0 },
      false,
      { interactive: false, attended: true, drawable: false, columns: 80 },
    ],
    [
      'that must give a document does neither',
      { isTTY: true },
      true,
      { interactive: false, attended: false, drawable: false },
    ],
  ])('%s', (_, { term, ...kind }: Kind & { readonly term?: string }, json, expected) => {
    expect(openTerminal(captureStreams(kind).streams, term, json)).toMatchObject(expected);
  });

  it('keeps stdout for the document', () => {
    const { texts, streams } = captureStreams();
    const terminal = openTerminal(streams, undefined, true);
    terminal.print('a log');
    terminal.document({ a: 1 });
    expect(texts).toEqual({ stdout: '{\n  "a": 1\n}\n', stderr: 'a log\n' });
  });
});

it('without a frame lines are plain', async () => {
  const { texts, streams } = captureStreams();
  const show = await openFrame(openTerminal(streams, undefined, false));
  show.intro('title');
  show.step('did it', 'how not to');
  show.gap();
  show.rows([['npm start', 'talk to it']]);
  expect((await show.spin('Working', Promise.resolve(1))).value).toBe(1);
  show.outro('Done.');
  expect(texts.stdout).toBe(
    'title\ndid it                            how not to\n\n  npm start   talk to it\nDone.\n',
  );
});

describe('a failure', () => {
  const failing = (error: unknown, json: boolean) => {
    const { texts, streams } = captureStreams();
    showError(error, openTerminal(streams, undefined, json));
    return texts;
  };

  it('of the user’s ends in what to do', () => {
    expect(
      failing(new UserError('No.', { code: 'not-empty', hint: 'Go elsewhere.' }), false),
    ).toEqual({
      stdout: '',
      stderr: 'No.\nGo elsewhere.\n',
    });
  });

  it('is a document where one was asked for', () => {
    const { stdout } = failing(
      new UserError('No.', { code: 'not-empty', hint: 'Go elsewhere.' }),
      true,
    );
    expect(JSON.parse(stdout)).toEqual({
      error: { message: 'No.', hint: 'Go elsewhere.', code: 'not-empty' },
    });
  });

  it('of ours shows where it happened', () => {
    expect(failing(new TypeError('oops'), false).stderr).toMatch(
      /TypeError: oops\n +at [^]*bug in create-12-factor-agent: oops/,
    );
  });

  it('cannot steer the terminal', () => {
    expect(failing(new UserError('a\u001B[2Jb', { code: 'bad-registry' }), false).stderr).toBe(
      'a[2Jb\n',
    );
  });
});
