import { describe, expect, it } from 'vitest';
import {
  diffsOf,
  leftOut,
  matchesName,
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

describe('a patch', () => {
  const both = {
    edited: true,
    mine: 'm\n',
    action: { kind: 'conflict', why: 'both changed it' },
  } as const;

  it('has what update would write', () => {
    expect(patchText(diffsOf([decision()]), 'upstream')).toMatch(/^diff --git [^]*\n-a\n\+b\n$/);
    expect(leftOut(diffsOf([decision()]))).toEqual([]);
  });

  it('leaves out a conflict, and that is said beside it', () => {
    const files = diffsOf([decision(both)]);
    expect(patchText(files, 'upstream')).toBe('');
    expect(leftOut(files)).toEqual([`${path} is left out: both changed it`]);
  });

  it('of the user’s has it', () => {
    expect(patchText(diffsOf([decision(both)]), 'yours')).toMatch(/\n-a\n\+m\n$/);
  });

  it('is nothing where nothing differs', () => {
    const same = decision({ theirs: 'a\n', adaptedTheirs: 'a\n', action: { kind: 'unchanged' } });
    expect(diffsOf([same])).toEqual([]);
  });
});
