import { describe, expect, it } from 'vitest';
import {
  appendBlocks,
  missingLines,
  missingVariables,
  removeBlocks,
} from '../../../src/pipeline/plan/keyed-lines.ts';
import { needsOf } from '../../../src/pipeline/registry/needs.ts';
import type { EnvVar } from '../../../src/pipeline/registry/component.ts';
import { component } from '../../support/pipeline/fixtures.ts';

const key = { name: 'API_KEY', about: 'From the console.' };
const withVariables = (text: string, env: readonly EnvVar[]) =>
  appendBlocks(text, Object.values(missingVariables(text, needsOf([component('a', { env })]).env)));
const withLines = (text: string, lines: readonly string[]) =>
  appendBlocks(
    text,
    Object.values(missingLines(text, Object.fromEntries(lines.map((line) => [line, `${line}\n`])))),
  );

describe('.env.example', () => {
  it.each([
    ['gets a variable under its comment', '', [key], '# From the console.\nAPI_KEY=\n'],
    ['gets a default', '', [{ ...key, value: 'none' }], '# From the console.\nAPI_KEY=none\n'],
    ['keeps what names it already', 'API_KEY=mine\n', [key], 'API_KEY=mine\n'],
    ['keeps what names it in a comment', '# API_KEY=mine\n', [key], '# API_KEY=mine\n'],
    ['keeps what exports it', 'export API_KEY=mine\n', [key], 'export API_KEY=mine\n'],
    [
      'keeps what names it after a byte order mark',
      '\uFEFFAPI_KEY=mine\n',
      [key],
      '\uFEFFAPI_KEY=mine\n',
    ],
    [
      'gets what only a longer name has',
      'MY_API_KEY=1\n',
      [key],
      'MY_API_KEY=1\n# From the console.\nAPI_KEY=\n',
    ],
    [
      'gets its last newline first, and ends without one',
      'A=1',
      [key],
      'A=1\n# From the console.\nAPI_KEY=',
    ],
    ['keeps CRLF', 'A=1\r\n', [key], 'A=1\r\n# From the console.\r\nAPI_KEY=\r\n'],
    [
      'keeps CRLF without a last one',
      'A=1\r\nB=2',
      [key],
      'A=1\r\nB=2\r\n# From the console.\r\nAPI_KEY=',
    ],
    ['is not touched for nothing', 'A=1', [], 'A=1'],
  ])('%s', (_, text, variables, edited) => {
    expect(withVariables(text, variables)).toBe(edited);
  });
});

describe('.gitignore', () => {
  it.each([
    ['gets a line', 'dist/\n', ['tmp/'], 'dist/\ntmp/\n'],
    ['keeps a line that it has', 'tmp/ \r\n', ['tmp/'], 'tmp/ \r\n'],
    ['keeps a line that it has with another slash', '/tmp\n', ['tmp/'], '/tmp\n'],
    ['gets a line that it only has in a comment', '# tmp/\n', ['tmp/'], '# tmp/\ntmp/\n'],
    ['is made', '', ['a', 'b'], 'a\nb\n'],
  ])('%s', (_, text, lines, edited) => {
    expect(withLines(text, lines)).toBe(edited);
  });
});

describe('what was appended', () => {
  it.each([
    ['is taken out', 'A=1\n# b\nB=\n', ['# b\nB=\n'], 'A=1\n'],
    ['is taken out where it stands', '# b\nB=\nA=1\n', ['# b\nB=\n'], 'A=1\n'],
    ['is taken out after a byte order mark', '\uFEFFtmp/\nA=1\n', ['tmp/\n'], '\uFEFFA=1\n'],
    ['is taken out of CRLF', 'A=1\r\n# b\r\nB=\r\n', ['# b\nB=\n'], 'A=1\r\n'],
    ['goes with the newline that came before it', 'A=1\n# b\nB=', ['# b\nB=\n'], 'A=1'],
    [
      'goes with the newline that came before it, in CRLF',
      'A=1\r\nC=1\r\n# b\r\nB=',
      ['# b\nB=\n'],
      'A=1\r\nC=1',
    ],
    ['leaves nothing where there was nothing', '# b\nB=\n', ['# b\nB=\n'], ''],
    ['stays where its value was changed', '# b\nB=mine\n', ['# b\nB=\n'], '# b\nB=mine\n'],
    ['stays where its comment was changed', '# mine\nB=\n', ['# b\nB=\n'], '# mine\nB=\n'],
    ['is a whole line or nothing', 'tmp/mine\nmy/tmp/\n', ['tmp/\n'], 'tmp/mine\nmy/tmp/\n'],
    ['is taken out once', 'tmp/\ntmp/\n', ['tmp/\n'], 'tmp/\n'],
    ['is text and no pattern', 'a.b\naxb\n', ['axb\n'], 'a.b\n'],
    ['that is gone is no trouble', 'A=1\n', ['# b\nB=\n'], 'A=1\n'],
    ['is taken out one by one', 'a\nb\nc\n', ['a\n', 'c\n'], 'b\n'],
  ])('%s', (_, text, blocks, edited) => {
    expect(removeBlocks(text, blocks)).toBe(edited);
  });
});
