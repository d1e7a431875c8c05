import { expect, it } from 'vitest';
import { editPackageJson, mergePackages, missingPackages } from '../../src/pipeline/package-json.ts';
import { component } from '../support/fixtures.ts';

const none = { dependencies: {}, devDependencies: {}, scripts: {} };

it.each<[string, string, object, string]>([
  ['names the project', '{\n  "name": "x"\n}\n', { name: 'bot' }, '{\n  "name": "bot"\n}\n'],
  [
    'adds a package where the alphabet wants it',
    '{\n  "dependencies": {\n    "a": "1",\n    "c": "1"\n  }\n}\n',
    { dependencies: { b: '^2' } },
    '{\n  "dependencies": {\n    "a": "1",\n    "b": "^2",\n    "c": "1"\n  }\n}\n',
  ],
  ['makes the section', '{}\n', { dependencies: { b: '^2' } }, '{\n  "dependencies": {\n    "b": "^2"\n  }\n}\n'],
  [
    'never touches a range that is there',
    '{ "dependencies": { "b": "1" } }',
    { dependencies: { b: '^2' } },
    '{ "dependencies": { "b": "1" } }',
  ],
  [
    'knows a package of the other kind',
    '{"dependencies":{"b":"1"}}',
    { devDependencies: { b: '^2' } },
    '{"dependencies":{"b":"1"}}',
  ],
  [
    'never touches a script that is there',
    '{"scripts":{"start":"x"}}',
    { scripts: { start: 'y' } },
    '{"scripts":{"start":"x"}}',
  ],
  [
    'keeps tabs',
    '{\n\t"scripts": {\n\t\t"a": "1"\n\t}\n}',
    { scripts: { b: '2' } },
    '{\n\t"scripts": {\n\t\t"a": "1",\n\t\t"b": "2"\n\t}\n}',
  ],
  [
    'keeps CRLF',
    '{\r\n  "scripts": {\r\n    "a": "1"\r\n  }\r\n}\r\n',
    { scripts: { b: '2' } },
    '{\r\n  "scripts": {\r\n    "a": "1",\r\n    "b": "2"\r\n  }\r\n}\r\n',
  ],
  ['keeps a byte order mark', '\uFEFF{"name":"x"}', { name: 'y' }, '\uFEFF{"name":"y"}'],
  [
    'keeps four spaces',
    '{\n    "scripts": {\n        "a": "1"\n    }\n}',
    { scripts: { b: '2' } },
    '{\n    "scripts": {\n        "a": "1",\n        "b": "2"\n    }\n}',
  ],
])('%s', (_, text, add, edited) => {
  expect(editPackageJson(text, { ...none, ...add })).toBe(edited);
});

it('refuses what is no object', () => {
  expect(() => editPackageJson('[]', { ...none, scripts: { a: 'b' } })).toThrow(
    'package.json does not hold a JSON object.',
  );
});

it('lists what would be installed', () => {
  const add = { ...none, dependencies: { a: '^1', b: '^2' }, devDependencies: { c: '^3' } };
  expect(missingPackages('{"dependencies":{"a":"^1"}}', add)).toEqual(['b@^2', 'c@^3']);
});

it('takes a package that one component needs to run and another to test as needed to run', () => {
  const both = [component('a', { devDependencies: { zod: '^4' } }), component('b', { dependencies: { zod: '^4' } })];
  expect(mergePackages(both)).toEqual({ dependencies: { zod: '^4' }, devDependencies: {}, scripts: {} });
});
