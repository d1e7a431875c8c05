import { describe, expect, it } from 'vitest';
import { checkDir, dirProblem, packageName } from '../../../src/pipeline/resolve/project-name.ts';
import { quoted } from '../../../src/pipeline/text/quote.ts';

describe('a folder', () => {
  it.each([
    '.',
    './list',
    'my-agent',
    'apps/my-agent',
    'My Agent',
    'demo',
    'test',
    'my-agent/',
    '/home/ada/my-agent',
    '/home/ada/My Agent/',
  ])('%j is taken', (dir) => {
    expect(() => checkDir(dir)).not.toThrow();
  });

  it.each([
    '..',
    '../x',
    '/',
    '/tmp/../x',
    '/tmp/node_modules/x',
    'a/../b',
    'a\\b',
    'C:\\x',
    'nul',
    'a:b',
    '~/x',
    '---',
    '...',
    'node_modules',
    '',
  ])('%j is refused', (dir) => {
    expect(dirProblem(dir)).toBeDefined();
    expect(() => checkDir(dir)).toThrow(expect.objectContaining({ code: 'bad-name' }));
  });

  it.each([
    ['build', 'This version has no command "build" yet.'],
    ['add', '"add" is a command: it comes before its options.'],
    ['list', '"list" is a command: it comes before its options.'],
    ['lsit', 'There is no command "lsit". Did you mean "list"?'],
    ['veiw', 'There is no command "veiw". Did you mean "view"?'],
    ['lst', 'There is no command "lst". Did you mean "list"?'],
    ['serach', 'There is no command "serach". Did you mean "search"?'],
  ])('%j is taken for a command', (dir, message) => {
    expect(() => checkDir(dir)).toThrow(
      expect.objectContaining({
        message,
        hint: expect.stringContaining(`For a folder of that name: ./${dir}`),
        code: 'bad-usage',
      }),
    );
  });
});

describe('the package name', () => {
  it.each([
    ['my-agent', 'my-agent'],
    ['apps/My Agent', 'my-agent'],
    ['/home/ada/Café Bot!', 'cafe-bot'],
    ['Münster', 'munster'],
    ['.hidden', 'hidden'],
    ['_x', 'x'],
    ['a.b_c', 'a.b_c'],
    ['日本', undefined],
    ['node_modules', undefined],
    ['x'.repeat(300), 'x'.repeat(214)],
  ])('of %j is %j', (path, name) => {
    expect(packageName(path)).toBe(name);
  });
});

it.each([
  ['my-agent', 'my-agent'],
  ['my agent', '"my agent"'],
  ['a$b', '"a\\$b"'],
])('%j is written %s in a command', (dir, written) => {
  expect(quoted(dir)).toBe(written);
});

it.each(['research', 'lint', 'last', 'lists-bot'])(
  '%j is another word, not a slip of the hand',
  (dir) => {
    expect(() => checkDir(dir)).not.toThrow();
  },
);

it.each(['.git', '.env', 'node_modules/x', 'package.json', '.github/bot'])(
  '%j is not a folder for a project',
  (dir) => {
    expect(dirProblem(dir)).toBeDefined();
  },
);
