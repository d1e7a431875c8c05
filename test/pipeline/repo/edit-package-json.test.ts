import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import {
  type PackageJsonEdit,
  type Packages,
  allPackages,
  editPackageJson,
  listedRanges,
  missingEntries,
  readPackages,
} from '../../../src/pipeline/repo/edit-package-json.ts';
import { mergePackages } from '../../../src/pipeline/registry/needs.ts';
import { component } from '../../support/pipeline/fixtures.ts';

it('names the project', () => {
  expect(editPackageJson('{\n  "name": "x"\n}\n', { name: 'bot' })).toBe('{\n  "name": "bot"\n}\n');
});

describe('adding', () => {
  it.each<[string, string, Partial<Packages>, string]>([
    [
      'adds a package where the alphabet wants it',
      '{\n  "dependencies": {\n    "a": "1",\n    "c": "1"\n  }\n}\n',
      { dependencies: { b: '^2' } },
      '{\n  "dependencies": {\n    "a": "1",\n    "b": "^2",\n    "c": "1"\n  }\n}\n',
    ],
    [
      'makes the section',
      '{\n}\n',
      { dependencies: { b: '^2' } },
      '{\n  "dependencies": {\n    "b": "^2"\n  }\n}\n',
    ],
    [
      'puts a new section last',
      '{\n  "name": "x"\n}\n',
      { dependencies: { a: '^2' } },
      '{\n  "name": "x",\n  "dependencies": {\n    "a": "^2"\n  }\n}\n',
    ],
    [
      'leaves the lines beside it as they are',
      '{\n  "files": ["dist"]\n}\n',
      { scripts: { a: '2' } },
      '{\n  "files": ["dist"],\n  "scripts": {\n    "a": "2"\n  }\n}\n',
    ],
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
    [
      'keeps a byte order mark',
      '\uFEFF{\n  "scripts": {\n    "a": "1"\n  }\n}',
      { scripts: { b: '2' } },
      '\uFEFF{\n  "scripts": {\n    "a": "1",\n    "b": "2"\n  }\n}',
    ],
    [
      'keeps one line',
      '{ "scripts": { "a": "1" } }\n',
      { scripts: { b: '2' } },
      '{ "scripts": { "a": "1","b": "2" } }\n',
    ],
    ['of nothing touches nothing', '{ "name" : "x" }', {}, '{ "name" : "x" }'],
    [
      'keeps four spaces',
      '{\n    "scripts": {\n        "a": "1"\n    }\n}',
      { scripts: { b: '2' } },
      '{\n    "scripts": {\n        "a": "1",\n        "b": "2"\n    }\n}',
    ],
  ])('%s', (_, text, add, edited) => {
    expect(editPackageJson(text, { add })).toBe(edited);
  });
});

describe('setting and dropping', () => {
  it.each<[string, string, PackageJsonEdit, string]>([
    [
      'changes a range in place',
      '{ "dependencies": {"b":"^1", "a":"^1"} }',
      { set: { dependencies: { b: '^2' } } },
      '{ "dependencies": {"b":"^2", "a":"^1"} }',
    ],
    [
      'takes an entry out',
      '{"scripts":{"a":"1","b":"2"}}',
      { drop: { scripts: { a: '1' } } },
      '{"scripts":{"b":"2"}}',
    ],
    [
      'takes the last entry out',
      '{\n  "scripts": {\n    "a": "1",\n    "b": "2"\n  }\n}\n',
      { drop: { scripts: { b: '' } } },
      '{\n  "scripts": {\n    "a": "1"\n  }\n}\n',
    ],
    [
      'takes a section out with its last entry where that is ours',
      '{\n  "name": "x",\n  "scripts": {\n    "a": "1"\n  }\n}\n',
      { drop: { scripts: { a: '' } }, sections: ['scripts'] },
      '{\n  "name": "x"\n}\n',
    ],
    [
      'leaves an empty section that it did not empty',
      '{\n  "scripts": {}\n}\n',
      { drop: { scripts: {} } },
      '{\n  "scripts": {}\n}\n',
    ],
    [
      'of what is not there touches nothing',
      '{ "scripts":{"b":"1"} }',
      { drop: { scripts: { a: '' } } },
      '{ "scripts":{"b":"1"} }',
    ],
    [
      'keeps tabs',
      '{\n\t"scripts": {\n\t\t"a": "1",\n\t\t"b": "2"\n\t}\n}',
      { drop: { scripts: { b: '' } } },
      '{\n\t"scripts": {\n\t\t"a": "1"\n\t}\n}',
    ],
    [
      'keeps CRLF',
      '{\r\n  "scripts": {\r\n    "a": "1",\r\n    "b": "2"\r\n  }\r\n}\r\n',
      { drop: { scripts: { a: '' } } },
      '{\r\n  "scripts": {\r\n    "b": "2"\r\n  }\r\n}\r\n',
    ],
  ])('%s', (_, text, edit, edited) => {
    expect(editPackageJson(text, edit)).toBe(edited);
  });
});

it.each(['[]', '1', 'null', '', 'x'])('refuses %j, which is no object', (text) => {
  expect(() => editPackageJson(text, { add: { scripts: { a: 'b' } } })).toThrow(
    'package.json is not a JSON object.',
  );
});

it('refuses what is cut off or has conflict markers, as no whole JSON', () => {
  expect(() => editPackageJson('{"name": "x",', { add: { scripts: { a: 'b' } } })).toThrow(
    UserError,
  );
  expect(() =>
    editPackageJson('{\n<<<<<<< HEAD\n"a":"1"\n=======\n"a":"2"\n>>>>>>> x\n}', { add: {} }),
  ).toThrow(UserError);
});

it('lists what would be added', () => {
  expect(
    missingEntries('{"dependencies":{"a":"^1"}}', 'dependencies', { a: '^1', b: '^2' }),
  ).toEqual([['b', '^2']]);
  expect(
    missingEntries('{"dependencies":{"a":"^1"}}', 'devDependencies', { a: '^1', c: '^3' }),
  ).toEqual([['c', '^3']]);
  expect(missingEntries('{"dependencies":{"start":"^1"}}', 'scripts', { start: 'x' })).toEqual([
    ['start', 'x'],
  ]);
});

it('knows packages of every kind, and takes the range that production has', () => {
  const text = JSON.stringify({
    peerDependencies: { a: '1' },
    optionalDependencies: { b: '2' },
    devDependencies: { c: '3', d: '4' },
    dependencies: { d: '5' },
  });
  expect(allPackages(text)).toEqual({ a: '1', b: '2', c: '3', d: '5' });
});

it.each(['{"scripts":[]}', '{"scripts":null}', '{"scripts":"x"}', '{"scripts":{"a":1}}', '{}'])(
  'reads %j as without scripts',
  (text) => {
    expect(readPackages(text)).toEqual({ scripts: {}, dependencies: {}, devDependencies: {} });
  },
);

it('takes a package that one component needs to run and another to test as needed to run', () => {
  const both = [
    component('a', { devDependencies: { zod: '^4' } }),
    component('b', { dependencies: { zod: '^4' } }),
  ];
  expect(mergePackages(both)).toEqual({
    dependencies: { zod: '^4' },
    devDependencies: {},
    scripts: {},
  });
});

describe('a doubled key', () => {
  const twice = '{"dependencies":{"a":"1"},"dependencies":{"a":"2","a":"3"}}';
  it.each<[string, PackageJsonEdit, string]>([
    [
      'is set where it counts',
      { set: { dependencies: { a: '4' } } },
      '{"dependencies":{"a":"1"},"dependencies":{"a":"2","a":"4"}}',
    ],
    ['is not added a third time', { add: { dependencies: { a: '4' } } }, twice],
    [
      'gets new entries where it counts',
      { add: { dependencies: { b: '1' } } },
      '{"dependencies":{"a":"1"},"dependencies":{"a":"2","a":"3","b":"1"}}',
    ],
    [
      'is removed as a whole',
      { drop: { dependencies: { a: '3' } } },
      '{"dependencies":{"a":"1"},"dependencies":{}}',
    ],
  ])('%s', (_, edit, edited) => {
    expect(editPackageJson(twice, edit)).toBe(edited);
  });
});

it.each([
  [
    { dependencies: { a: '1' }, devDependencies: { a: '2' }, peerDependencies: { a: '3' } },
    ['1', '2'],
  ],
  [{ peerDependencies: { a: '3' }, optionalDependencies: { a: '4' } }, ['3', '4']],
  [{ peerDependencies: { b: '3' } }, []],
])('the ranges that decide the version of a in %j are %j', (packageJson, ranges) => {
  expect(listedRanges(JSON.stringify(packageJson), 'a')).toEqual(ranges);
});
