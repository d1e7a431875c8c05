import { describe, expect, it } from 'vitest';
import {
  diffsOf,
  leftOut,
  matchesName,
  noDiffs,
  patchText,
} from '../../../src/pipeline/report/file-diffs.ts';
import type { Decision } from '../../../src/pipeline/decide/decision.ts';
import { locked } from '../../support/pipeline/fixtures.ts';

const path = 'src/agent/store/file.ts';
const decision = (some: Partial<Decision> = {}): Decision => ({
  path,
  role: 'source',
  owner: 'store-file',
  before: locked('a\n'),
  mine: 'a\n',
  theirs: 'b\n',
  base: 'a\n',
  adaptedTheirs: 'b\n',
  edited: false,
  action: { kind: 'take-theirs', text: 'b\n' },
  ...some,
});

const disk = new Map([[path, 'a\n']]);

describe('a file is asked for', () => {
  it.each<[string | undefined, boolean]>([
    [undefined, true],
    ['store-file', true],
    ['src/agent/store/file.ts', true],
    ['./src/agent/store/file.ts', true],
    ['.\\src\\agent\\store\\file.ts', true],
    ['store/file.ts', true],
    ['src/agent', true],
    ['src/agent/', true],
    ['src\\agent\\store\\', true],
    ['store', true],
    ['store-memory', false],
    ['src/agent/sto', false],
    ['file.ts', false],
    ['src/agent2', false],
  ])('as %j: %s', (name, isIt) => {
    expect(matchesName(decision(), name, 'src/agent')).toBe(isIt);
  });
});

describe('a file with refused hunks', () => {
  const refusing = decision({
    edited: true,
    mine: 'm\r\nc\r\n',
    base: 'b\nc\n',
    refused: { taken: 'a\nc\n', hash: '', hunks: 1 },
    action: { kind: 'keep-mine' },
  });
  const [shown] = diffsOf([refusing], new Map([[path, 'm\r\nc\r\n']]));
  const changed = (patch = '') => patch.match(/^[-+]\w.*$/gm);

  it('shows them apart from the user’s changes, which are compared with what was taken', () => {
    expect(changed(shown?.yours)).toEqual(['-a', '+m']);
    expect(changed(shown?.refused)).toEqual(['-a', '+b']);
    expect(shown?.upstream).toBe('');
  });

  it('is named as left out of the patch', () => {
    expect(leftOut(shown ? [shown] : [])).toEqual([
      `${path} is without the hunks that you refused:`,
      '  @@ -1,2 +1,2 @@',
      '  -a',
      '  +b',
      '   c',
    ]);
  });
});

it('a file of the user’s own is named as not compared', () => {
  expect(noDiffs([decision()])).toBe('You changed nothing, and upstream has nothing new.');
  const before = locked('a', { declined: true });
  expect(noDiffs([decision({ before })])).toContain(`your own: ${path}`);
});

describe('a patch', () => {
  const both = {
    edited: true,
    mine: 'm\n',
    action: { kind: 'conflict', why: 'both changed it' },
  } as const;

  it('has what update would write', () => {
    expect(patchText(diffsOf([decision()], disk), 'upstream')).toMatch(
      /^diff --git [^]*\n-a\n\+b\n$/,
    );
    expect(leftOut(diffsOf([decision()], disk))).toEqual([]);
  });

  it('leaves out a conflict, and that is said beside it', () => {
    const files = diffsOf([decision(both)], disk);
    expect(patchText(files, 'upstream')).toBe('');
    expect(leftOut(files)).toEqual([`${path} is left out: both changed it`]);
  });

  it('of the user’s has it', () => {
    expect(patchText(diffsOf([decision(both)], disk), 'yours')).toMatch(/\n-a\n\+m\n$/);
  });

  const moving = { from: ['src/agent/old.ts'] };

  it('of a moved file renames it', () => {
    const old = new Map([['src/agent/old.ts', 'a\n']]);
    const head =
      `diff --git a/src/agent/old.ts b/${path}\n` +
      `rename from src/agent/old.ts\nrename to ${path}\n`;
    const one = decision(moving);
    expect(patchText(diffsOf([one], old), 'upstream')).toBe(
      `${head}--- a/src/agent/old.ts\n+++ b/${path}\n@@ -1,1 +1,1 @@\n-a\n+b\n`,
    );
    const pure = decision({ ...moving, action: { kind: 'unchanged' } });
    expect(patchText(diffsOf([pure], old), 'upstream')).toBe(head);
    expect(matchesName(one, 'src/agent/old.ts', 'src/agent')).toBe(true);
  });

  it('of a fold deletes the old files and creates the new one', () => {
    const from = ['src/agent/x.ts', 'src/agent/y.ts'];
    const old = new Map(from.map((one) => [one, 'a\n']));
    const text = patchText(diffsOf([decision({ from })], old), 'upstream');
    expect(text.match(/^(deleted|new) file/gm)).toEqual([
      'deleted file',
      'deleted file',
      'new file',
    ]);
  });

  it('is nothing where nothing differs', () => {
    const same = decision({ theirs: 'a\n', adaptedTheirs: 'a\n', action: { kind: 'unchanged' } });
    expect(diffsOf([same], disk)).toEqual([]);
  });
});
