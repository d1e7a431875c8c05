import { describe, expect, it } from 'vitest';
import { undoNote } from '../../../src/pipeline/report/undo-messages.ts';

describe('undo', () => {
  it('of an undo redoes the command', () => {
    expect(
      undoNote({ command: 'undo of update', restored: ['a', 'b'], kept: [] }, 'npm install'),
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
    expect(undoNote({ command: 'update', restored, kept }, 'npm install')).toEqual(lines);
  });
});
