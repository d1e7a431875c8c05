import { describe, expect, it } from 'vitest';
import {
  checkBaseCopies,
  checkMarkers,
  missingFolder,
} from '../../../src/pipeline/doctor/check-files.ts';
import { hash } from '../../../src/pipeline/text/hash.ts';
import type { Decision } from '../../../src/pipeline/decide/decision.ts';
import type { Project } from '../../../src/pipeline/decide/project-state.ts';
import { lock, locked, nothing } from '../../support/pipeline/fixtures.ts';

const paths = ['src/agent/a.ts', 'src/agent/b.ts'];
const here = lock({
  files: Object.fromEntries(
    paths.map((path) => [path, locked(path, { written: hash(`${path}\n`) })]),
  ),
});

const healthy: Project = {
  ...nothing,
  bases: new Map(paths.map((path) => [hash(path), path])),
  disk: new Map(paths.map((path) => [path, `${path}\n`])),
};
const decided = (path: string, edited: boolean) => ({ path, edited }) as Decision;

describe('lock and base', () => {
  it.each<[string, Partial<Project>, readonly Decision[], string]>([
    ['match', {}, [], '(2 files)'],
    [
      'do not mind line endings',
      { disk: new Map(paths.map((path) => [path, `${path}\r\n`])) },
      [],
      '(2 files)',
    ],
    [
      'count what was edited',
      { disk: new Map(paths.map((path) => [path, 'x'])) },
      [],
      '(2 files); 2 edited by you',
    ],
    [
      'leave out what was only formatted',
      { disk: new Map(paths.map((path) => [path, 'x'])) },
      [decided('src/agent/a.ts', false), decided('src/agent/b.ts', true)],
      '(2 files); 1 edited by you',
    ],
    [
      'count what was deleted',
      { disk: new Map([['src/agent/a.ts', 'x']]) },
      [],
      '(2 files); 1 edited, 1 deleted by you',
    ],
    [
      'count a link as edited',
      {
        disk: new Map([['src/agent/a.ts', 'src/agent/a.ts\n']]),
        obstacles: new Map([['src/agent/b.ts', { why: 'it is a link' }]]),
      },
      [],
      '(2 files); 1 edited by you',
    ],
  ])('%s', (_, some, decisions, said) => {
    expect(checkBaseCopies(here, { ...healthy, ...some }, decisions)).toEqual([
      { level: 'ok', what: `update has what it needs ${said}` },
    ]);
  });

  it.each([
    [['src/agent/b.ts'], 'lost or changed: the base copy of src/agent/b.ts'],
    [paths, 'lost or changed: the base copies of src/agent/a.ts, src/agent/b.ts'],
    [
      [...paths, 'src/agent/c.ts'],
      'lost or changed: the base copies of src/agent/a.ts, src/agent/b.ts and 1 more',
    ],
  ])('do not match where the copies of %j are lost', (gone, what) => {
    const files = Object.fromEntries([...paths, ...gone].map((path) => [path, locked(path)]));
    const bases = new Map(
      paths.filter((path) => !gone.includes(path)).map((path) => [hash(path), path]),
    );
    expect(checkBaseCopies({ ...here, files }, { ...healthy, bases }, [])).toEqual([
      { level: 'fail', what, about: 'git checkout .12-factor/base restores what was committed' },
    ]);
  });

  it('do not take a moved folder for deleted files', () => {
    expect(checkBaseCopies(here, { ...healthy, disk: new Map() }, [], 'src/agent')[0]?.what).toBe(
      'update has what it needs (2 files)',
    );
  });
});

describe('conflict markers', () => {
  const conflict = '<<<<<<< yours\na\n||||||| base\n=======\nb\n>>>>>>> upstream\n';
  it.each<[string, string, readonly string[]]>([
    ['none', 'a\n', []],
    ['one', `1\n${conflict}`, ['src/agent/a.ts:2-7']],
    [
      'two, in Windows line endings',
      (conflict + conflict).replaceAll('\n', '\r\n'),
      ['src/agent/a.ts:1-6', 'src/agent/a.ts:7-12'],
    ],
    ["git's own", conflict.replace('yours', 'HEAD'), []],
  ])('%s', (_, text, places) => {
    const disk = new Map([
      ['src/agent/a.ts', text],
      ['README.md', conflict],
    ]);
    expect(checkMarkers(here, { ...healthy, disk }).map(({ what }) => what)).toEqual(
      places.map((place) => `${place} still has conflict markers`),
    );
  });
});

it.each([
  [undefined, 'if you moved it, set "dir" in 12-factor.json'],
  ['lib/bot', 'it looks as if you moved it: set "dir" in 12-factor.json to "lib/bot"'],
])('a folder that is gone, and %s found', (moved, about) => {
  expect(missingFolder('src/agent', moved)).toEqual({
    level: 'fail',
    what: 'src/agent does not exist',
    about,
  });
});
