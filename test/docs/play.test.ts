import { describe, expect, it } from 'vitest';
import { edit, holds } from '../support/docs/edit.ts';
import { matches, real } from '../support/docs/matches.ts';
import { blockOf, readDoc } from '../support/docs/read-doc.ts';

describe('what is printed is as it is shown', () => {
  it.each([
    ['word by word', 'a  b', 'a  b', true],
    ['but for another word', 'a b', 'a c', false],
    ['but for a line more', 'a', 'a\nb', false],
    ['but for a line less', 'a\nb', 'a', false],
    ['with lines left out', 'a\n...\nd', 'a\nb\nc\nd', true],
    ['with no lines left out', 'a\n...\nd', 'a\nd', true],
    ['but for what follows the lines left out', 'a\n...\nd', 'a\nb\ne', false],
    ['with other times', 'by 2026-12-20 09:44: 1.0 s', 'by 2027-01-02 10:00: 3.4 s', true],
    ['with other times in a column', 'a   812 ms  b', 'a  1024 ms  b', true],
    ['with another thread', 't_efc4d345:7', 't_00000000:7', true],
    ['but for another call', 't_efc4d345:7', 't_00000000:8', false],
    [
      'but for two threads where one is shown',
      't_efc4d345 t_efc4d345',
      't_00000000 t_11111111',
      false,
    ],
  ])('%s', (_, shown, printed, is) => expect(matches(shown, printed, new Map())).toBe(is));

  it('and the thread of one command is the next one’s', () => {
    const threads = new Map<string, string>();
    expect(matches('t_efc4d345 started', 't_00000000 started', threads)).toBe(true);
    expect(real('npm start approve t_efc4d345:7', threads)).toBe('npm start approve t_00000000:7');
    expect(matches('t_efc4d345', 't_11111111', threads)).toBe(false);
  });
});

describe('an edit', () => {
  it('changes the one place where it fits', () =>
    expect(edit('a\nb\nc\n', ' a\n-b\n+x\n')).toBe('a\nx\nc\n'));
  it('has several places', () => expect(edit('a\nb\nc\n', '-a\n...\n c\n+d\n')).toBe('b\nc\nd\n'));
  it('that fits twice is refused', () =>
    expect(() => edit('a\na\n', '-a\n')).toThrow('two places'));
  it('that fits nowhere is refused', () => expect(() => edit('a\n', '-b\n')).toThrow('no place'));
});

describe('an excerpt', () => {
  it.each([
    ['in another depth', '  b\n    c', true],
    ['that leaves a line out', 'a\nc', false],
    ['that is longer than the file', 'c\nd', false],
  ])('%s', (_, excerpt, is) => expect(holds('a\nb\nc\n', excerpt)).toBe(is));
});

it('a transcript is commands, what they print, and how they exit', () => {
  const [fence] = readDoc('a.md', '```console\n$ one\n$ two\nsaid\n(exit 2)\n```\n').fences;
  expect(fence && blockOf(fence)).toEqual({
    kind: 'console',
    commands: [
      { command: 'one', printed: '', exit: 0 },
      { command: 'two', printed: 'said', exit: 2 },
    ],
  });
});
