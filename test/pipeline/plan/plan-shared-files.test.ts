import { describe, expect, it } from 'vitest';
import { type Needs, noNeeds } from '../../../src/pipeline/registry/needs.ts';
import {
  removableContributions,
  planShared,
  type SharedPlan,
} from '../../../src/pipeline/plan/plan-shared-files.ts';
import type { Contributed } from '../../../src/pipeline/lock/lock-file.ts';
import type { Project } from '../../../src/pipeline/decide/project-state.ts';
import type { Wanted } from '../../../src/pipeline/render/wanted.ts';
import { lock, nothing, wanted } from '../../support/pipeline/fixtures.ts';

const needing = (needs: Partial<Needs>, some: Partial<Wanted> = {}): Wanted =>
  wanted([], { needs: { ...noNeeds, ...needs }, ...some });
const having = (disk: Record<string, string>, contributed: Partial<Contributed> = {}): Project => ({
  ...nothing,
  lock: lock({
    contributed: {
      ...noNeeds,
      files: [],
      sections: ['scripts', 'dependencies', 'devDependencies'],
      ...contributed,
    },
  }),
  disk: new Map(Object.entries({ 'package.json': '{}\n', ...disk })),
});
const change = ({ changes }: SharedPlan, path: string) => changes.find((one) => one.path === path);
/** A file's text after planning, if there is one. */
function textAfter(wants: Wanted, project: Project, path: string): string | undefined {
  const one = change(planShared(wants, project), path);
  if (one?.kind === 'delete') return undefined;
  return one && 'text' in one ? one.text : project.disk.get(path);
}

const inPackageJson = (section: string) => ({
  path: 'package.json',
  bare: '{\n  "name": "x"\n}\n',
  old: `{\n  "name": "x",\n  "${section}": {\n    "a": "^1.0.0"\n  }\n}\n`,
  newer: `{\n  "name": "x",\n  "${section}": {\n    "a": "^1.1.0"\n  }\n}\n`,
  edited: `{\n  "name": "x",\n  "${section}": {\n    "a": "~1.0.0"\n  }\n}\n`,
  needs: { [section]: { a: '^1.0.0' } },
  needsNewer: { [section]: { a: '^1.1.0' } },
  name: 'a',
});
const inEnvExample = {
  path: '.env.example',
  bare: 'MINE=1\n',
  old: 'MINE=1\n# Its key.\nKEY=\n',
  newer: 'MINE=1\n# Its key.\nKEY=none\n',
  edited: 'MINE=1\n# Its key.\nKEY=ours\n',
  needs: { env: { KEY: '# Its key.\nKEY=\n' } },
  needsNewer: { env: { KEY: '# Its key.\nKEY=none\n' } },
  name: 'KEY',
};
const inGitignore = {
  path: '.gitignore',
  bare: 'dist/\n',
  old: 'dist/\n.agent/\n',
  newer: 'dist/\n.agent/\n',
  edited: 'dist/\n/.agent\n',
  needs: { gitignore: ['.agent/'] },
  needsNewer: { gitignore: ['.agent/'] },
  name: '.agent/',
};

describe.each([
  { what: 'a package', ...inPackageJson('dependencies') },
  { what: 'a package for tests', ...inPackageJson('devDependencies') },
  { what: 'a script', ...inPackageJson('scripts') },
  { what: 'a variable', ...inEnvExample },
  { what: 'an ignored path', ...inGitignore },
])('$what', ({ path, bare, old, newer, edited, needs, needsNewer, name }) => {
  const kept = { keepNames: new Set([name]) };
  const fresh = { newNames: new Set([name]) };
  const empty = {};

  it.each([
    ['is added where it is needed first', bare, empty, needs, {}, old],
    ['is not added where it is there', old, empty, needs, {}, old],
    ['is not added where it is there in another way', edited, empty, needs, {}, edited],
    ['is never given again after the user took it out', bare, needs, needs, {}, bare],
    [
      'is given again after the user took it out where something new needs it',
      bare,
      needs,
      needs,
      fresh,
      old,
    ],
    ['is not given twice where something new needs it', old, needs, needs, fresh, old],
    [
      'is left where the user changed it and something new needs it',
      edited,
      needs,
      needs,
      fresh,
      edited,
    ],
    ['is left as it is while nothing changes', old, needs, needs, {}, old],
    ['is renewed where it is as we wrote it', old, needs, needsNewer, {}, newer],
    ['is left where the user changed it', edited, needs, needsNewer, {}, edited],
    ['is taken out when nothing needs it any more', old, needs, empty, {}, bare],
    ['stays when nothing needs it but the user changed it', edited, needs, empty, {}, edited],
    ['stays when nothing needs it but it was there before us', old, empty, empty, {}, old],
    ['stays while something else needs or imports it', old, needs, empty, kept, old],
    [
      'stays where nothing may go, for nobody knows who needs it',
      old,
      needs,
      empty,
      { removableNames: new Set<string>() },
      old,
    ],
    [
      'is taken out when what leaves needed it',
      old,
      needs,
      empty,
      { removableNames: new Set([name]) },
      bare,
    ],
    [
      'stays when what leaves needed it and something else does',
      old,
      needs,
      empty,
      { removableNames: new Set([name]), ...kept },
      old,
    ],
    ['that the user took out is no trouble at the end', bare, needs, empty, {}, bare],
  ])('%s', (_, text, contributed, wants, some, expected) => {
    expect(textAfter(needing(wants, some), having({ [path]: text }, contributed), path)).toBe(
      expected,
    );
  });

  it.each([
    ['what was added is ours', bare, empty, needs, {}, needs],
    ['what was there before is not', old, empty, needs, {}, empty],
    ['what the user took out is still remembered', bare, needs, needs, {}, needs],
    ['what was renewed is remembered as it is now', old, needs, needsNewer, {}, needsNewer],
    ['what nothing needs any more is forgotten', old, needs, empty, {}, empty],
    ['what nothing needs any more is forgotten, edited as well', edited, needs, empty, {}, empty],
    ['what something else needs is still ours', old, needs, empty, kept, needs],
    [
      'what may not go is still ours',
      old,
      needs,
      empty,
      { removableNames: new Set<string>() },
      needs,
    ],
    ['what was given again is ours', bare, needs, needs, fresh, needs],
  ])('%s', (_, text, contributed, wants, some, expected) => {
    const made = planShared(needing(wants, some), having({ [path]: text }, contributed));
    expect(made.contributed).toMatchObject({ ...noNeeds, files: [], ...expected });
  });
});

it.each([
  ['a script', inPackageJson('scripts'), 'left'],
  ['a variable', inEnvExample, 'left'],
  ['a package', inPackageJson('dependencies'), 'renewed: it is nothing but higher'],
])(
  '%s that something which stays needs as well is %s',
  (_, { path, old, newer, needs, needsNewer, name }, fate) => {
    const wants = needing(needsNewer, { namesInUse: new Set([name]) });
    expect(textAfter(wants, having({ [path]: old }, needs), path)).toBe(
      fate === 'left' ? old : newer,
    );
  },
);

describe('package.json', () => {
  const text = (dependencies: object) =>
    `${JSON.stringify({ name: 'x', dependencies }, undefined, 2)}\n`;

  it('says what is to be installed, and what is not any more', () => {
    const project = having(
      { 'package.json': text({ gone: '1.0.0', old: '^1.0.0', there: '^1.0.0' }) },
      { dependencies: { gone: '1.0.0', old: '^1.0.0' } },
    );
    const needs = {
      dependencies: { fresh: '^2.0.0', old: '^1.1.0', there: '^1.0.0' },
      devDependencies: { test: '3' },
    };
    const made = planShared(needing(needs), project);
    expect(made.install.toSorted()).toEqual(['fresh@^2.0.0', 'old@^1.1.0', 'test@3']);
    expect(made.uninstall).toEqual(['gone']);
  });

  it('gets nothing to install where only a script is new', () => {
    const made = planShared(
      needing({ scripts: { start: 'x' } }),
      having({ 'package.json': '{\n}\n' }),
    );
    expect([made.install, made.uninstall]).toEqual([[], []]);
  });

  it('never has a range lowered: another component may need the higher one', () => {
    const project = having(
      { 'package.json': text({ zod: '^4.6.7' }) },
      { dependencies: { zod: '^4.6.7' } },
    );
    const wants = needing({ dependencies: { zod: '^4.0.0' } }, { keepNames: new Set(['zod']) });
    expect(textAfter(wants, project, 'package.json')).toBe(text({ zod: '^4.6.7' }));
  });

  it('has a package moved that was for tests and is needed to run now', () => {
    const before = '{\n  "devDependencies": {\n    "zod": "^4.0.0"\n  }\n}\n';
    const project = having({ 'package.json': before }, { devDependencies: { zod: '^4.0.0' } });
    const wants = needing({ dependencies: { zod: '^4.0.0' } }, { keepNames: new Set(['zod']) });
    expect(JSON.parse(textAfter(wants, project, 'package.json') ?? '')).toEqual({
      dependencies: { zod: '^4.0.0' },
    });
  });

  it('names the section that a package leaves if the user has it in both', () => {
    const zod = { zod: '^4.0.0' };
    const project = having(
      { 'package.json': JSON.stringify({ dependencies: zod, devDependencies: zod }) },
      { devDependencies: zod },
    );
    const made = planShared(
      needing({ dependencies: zod }, { keepNames: new Set(['zod']) }),
      project,
    );
    expect(change(made, 'package.json')).toMatchObject({
      kind: 'merged',
      why: '- zod (devDependencies)',
    });
    expect(made).toMatchObject({ install: [], uninstall: [] });
  });

  it('of a new project has the template’s text, and its name', () => {
    const starts = new Map([['package.json', '{\n  "name": "starter",\n  "private": true\n}\n']]);
    const wants = needing({ dependencies: { zod: '^4' } }, { initialTexts: starts, name: 'bot' });
    expect(change(planShared(wants, nothing), 'package.json')?.kind).toBe('create');
    expect(JSON.parse(textAfter(wants, nothing, 'package.json') ?? '')).toEqual({
      name: 'bot',
      private: true,
      dependencies: { zod: '^4' },
    });
  });

  it('that is there keeps its name', () => {
    const made = planShared(
      wanted([], { name: 'bot' }),
      having({ 'package.json': '{"name":"mine"}' }),
    );
    expect(change(made, 'package.json')?.kind).toBe('unchanged');
  });

  it('keeps an empty section of the user’s', () => {
    const mine = '{\n  "name": "x",\n  "scripts": {}\n}\n';
    expect(textAfter(wanted(), having({ 'package.json': mine }), 'package.json')).toBe(mine);
  });
});

describe('a file', () => {
  const variable = { env: { KEY: '# Its key.\nKEY=\n' } };
  const block = '# Its key.\nKEY=\n';
  const made = { files: ['.env.example'] };

  it('that was not there is made, and ours', () => {
    const plan = planShared(needing(variable), having({}));
    expect(change(plan, '.env.example')).toMatchObject({
      kind: 'create',
      text: block,
      role: 'shared',
    });
    expect(plan.contributed.files).toContain('.env.example');
  });

  it('that nothing needs is not made', () => {
    expect(change(planShared(wanted(), having({})), '.env.example')).toBeUndefined();
  });

  it('that was ours alone goes with the last of it', () => {
    const plan = planShared(wanted(), having({ '.env.example': block }, { ...variable, ...made }));
    expect(change(plan, '.env.example')).toMatchObject({ kind: 'delete', mine: block });
    expect(plan.contributed.files).toEqual([]);
  });

  it('that was ours and has lines of the user’s stays', () => {
    const project = having({ '.env.example': `${block}MINE=1\n` }, { ...variable, ...made });
    expect(textAfter(wanted(), project, '.env.example')).toBe('MINE=1\n');
  });

  it('that was empty before stays empty', () => {
    expect(textAfter(wanted(), having({ '.env.example': block }, variable), '.env.example')).toBe(
      '',
    );
  });

  it('that the user deleted is not made again for what it had', () => {
    expect(
      change(planShared(needing(variable), having({}, { ...variable, ...made })), '.env.example'),
    ).toBeUndefined();
  });

  it('that the user deleted is made again for what is new, and for that alone', () => {
    const more = { env: { ...variable.env, MORE: '# More.\nMORE=\n' } };
    const plan = planShared(needing(more), having({}, { ...variable, ...made }));
    expect(change(plan, '.env.example')).toMatchObject({
      kind: 'create',
      text: '# More.\nMORE=\n',
    });
  });

  it('of a new project begins as the template has it', () => {
    const starts = new Map([['.gitignore', 'dist/\n']]);
    const plan = planShared(
      needing({ gitignore: ['.agent/', 'dist/'] }, { initialTexts: starts }),
      nothing,
    );
    expect(change(plan, '.gitignore')).toMatchObject({ kind: 'create', text: 'dist/\n.agent/\n' });
    expect(plan.contributed.gitignore).toEqual(['.agent/']);
  });
});

it('names what could go, so that somebody may look whether it is used', () => {
  const contributed = {
    dependencies: { a: '1', b: '1', c: '1' },
    devDependencies: { d: '1' },
    env: { KEY: 'KEY=\n' },
    gitignore: ['.env', '.agent/'],
  };
  const needs = { dependencies: { a: '1' }, gitignore: ['.agent/'] };
  const could = (some: Partial<Wanted>) =>
    removableContributions(needing(needs, some), having({}, contributed));
  expect(could({ keepNames: new Set(['b']) })).toEqual(['c', 'd', 'KEY', '.env']);
  expect(could({ removableNames: new Set(['c', 'a']) })).toEqual(['c']);
  expect(could({ removableNames: new Set() })).toEqual([]);
  expect(removableContributions(needing(needs), nothing)).toEqual([]);
});
