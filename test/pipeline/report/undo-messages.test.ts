import { describe, expect, it } from 'vitest';
import { leftIn, undoNote } from '../../../src/pipeline/report/undo-messages.ts';

describe('undo', () => {
  it('of an undo redoes the command', () => {
    const nothing = { merged: [], kept: [], made: [], left: [] };
    expect(
      undoNote({ command: 'undo of update', restored: ['a', 'b'], ...nothing }, 'npm install'),
    ).toEqual(['Redid update: 2 files. Run undo again to undo it.']);
  });

  const again = 'Run undo again to redo it.';

  it.each([
    [['a'], [], [`Undid update: 1 file. ${again}`]],
    [['a', 'b'], ['c'], [`Undid update: 2 files. ${again}`, 'Edited since, so kept: c']],
    [['.12-factor/lock.json'], [], [`Undid update: only the tool's own files. ${again}`]],
    [
      ['.12-factor/lock.json'],
      ['c'],
      [`Undid update: none of your files. ${again}`, 'Edited since, so kept: c'],
    ],
    [
      ['a', 'package.json'],
      [],
      [`Undid update: 2 files. ${again}`, 'package.json changed: npm install'],
    ],
  ])('%j, kept %j', (restored, kept, lines) => {
    const undone = { command: 'update', restored, merged: [], kept, made: [], left: [] };
    expect(undoNote(undone, 'npm install')).toEqual(lines);
  });

  it('names the files with edits, and the lines that are left to take out and put back', () => {
    const left = [
      { path: 'c', line: 3, text: 'added' },
      { path: 'c', text: 'removed' },
    ];
    const undone = { command: 'add', restored: ['a'], merged: ['b'], kept: ['c'], made: [], left };
    expect(undoNote(undone, 'npm install')).toEqual([
      `Undid add: 2 files. ${again}`,
      'Your edits since stay in: b',
      'Edited since, so kept: c',
      'To take out by hand, besides what you changed:',
      '  c:3  added',
      'To put back by hand:',
      '  c  removed',
    ]);
  });

  it('names at most 20 lines of each kind', () => {
    const left = Array.from({ length: 22 }, (_, line) => ({ path: 'c', line, text: 'x' }));
    const undone = { command: 'add', restored: ['a'], merged: [], kept: ['c'], made: [], left };
    expect(undoNote(undone, 'npm install').slice(-2)).toEqual(['  c:19  x', '  and 2 more lines']);
  });
});

describe('left in an edited file', () => {
  it.each<[string, string, string, string, [number | undefined, string][]]>([
    ['an added line', 'a\nnew\nb', 'mine\na\nnew\nb', 'a\nb', [[3, 'new']]],
    ['an added line with another indent', 'new', 'x\n  new', '', [[2, 'new']]],
    ['no line that the user took out', 'a\nnew', 'a', 'a', []],
    ['no line that was there before', 'a\na', 'a\nmine', 'a', []],
    ['the second of two like one before', 'a\na', 'a\nmine\na', 'a', [[3, 'a']]],
    ['a line that the command took out', 'a', 'a\nmine', 'a\nold', [[undefined, 'old']]],
    ['no line that the user put back', 'a', 'old\nmine', 'a\nold', []],
    ['no brackets', 'a\n},', 'mine\n},', 'a', []],
    ['a line of a file with CRLF', 'a\nnew', 'a\r\nnew\r\nb', 'a', [[2, 'new']]],
  ])('%s', (_, base, mine, theirs, lines) => {
    const left = leftIn({ path: 'p', base, mine, theirs });
    expect(left.map(({ line, text }) => [line, text])).toEqual(lines);
  });
});
