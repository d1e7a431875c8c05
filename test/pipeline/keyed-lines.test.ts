import { describe, expect, it } from 'vitest';
import { editEnvExample, editGitignore } from '../../src/pipeline/keyed-lines.ts';

const key = { name: 'API_KEY', about: 'From the console.' };

describe('.env.example', () => {
  it.each([
    ['gets a variable under its comment', '', [key], '# From the console.\nAPI_KEY=\n'],
    ['gets a default', '', [{ ...key, value: 'none' }], '# From the console.\nAPI_KEY=none\n'],
    ['keeps what names it already', 'API_KEY=mine\n', [key], 'API_KEY=mine\n'],
    ['keeps what names it in a comment', '# API_KEY=mine\n', [key], '# API_KEY=mine\n'],
    ['keeps what exports it', 'export API_KEY=mine\n', [key], 'export API_KEY=mine\n'],
    ['gets its last newline first', 'A=1', [key], 'A=1\n# From the console.\nAPI_KEY=\n'],
    ['keeps CRLF', 'A=1\r\n', [key], 'A=1\r\n# From the console.\r\nAPI_KEY=\r\n'],
    ['is not touched for nothing', 'A=1', [], 'A=1'],
  ])('%s', (_, text, variables, edited) => {
    expect(editEnvExample(text, variables)).toBe(edited);
  });
});

describe('.gitignore', () => {
  it.each([
    ['gets a line', 'dist/\n', ['tmp/'], 'dist/\ntmp/\n'],
    ['keeps a line that it has', 'tmp/ \r\n', ['tmp/'], 'tmp/ \r\n'],
    ['is made', '', ['a', 'b'], 'a\nb\n'],
  ])('%s', (_, text, lines, edited) => {
    expect(editGitignore(text, lines)).toBe(edited);
  });
});
