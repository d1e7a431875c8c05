import { describe, expect, it } from 'vitest';
import { hash } from '../../src/pipeline/hash.ts';
import { plan } from '../../src/pipeline/plan.ts';
import type { LockedFile, Plan, Project, Role, Wanted } from '../../src/types.ts';
import { noMerge, nothing } from '../support/fixtures.ts';

const file = (path: string, text: string, role: Role = 'source') => ({ path, text, role, owner: 'loop' });
const wanted = (files: Wanted['files'], some: Partial<Wanted> = {}): Wanted => ({
  files,
  packageJson: { start: '{}\n', add: { name: 'bot', dependencies: { zod: '^4' }, devDependencies: {}, scripts: {} } },
  envExample: { start: '', add: [] },
  gitignore: { start: '', add: ['.12-factor/tmp/'] },
  config: { dir: 'src/agent', registries: {} },
  lock: { format: 1, tool: '0.1.0', tests: true, slots: {}, components: {} },
  nextSteps: [],
  ...some,
});
const disk = (texts: Record<string, string>): Project => ({ ...nothing, disk: new Map(Object.entries(texts)) });
const kinds = ({ changes }: Plan) => Object.fromEntries(changes.map((change) => [change.path, change.kind]));
const textOf = ({ changes }: Plan, path: string) =>
  changes.flatMap((change) => (change.path === path && 'text' in change ? [change.text] : []))[0];

describe('on an empty disk', async () => {
  const made = await plan(wanted([file('loop.ts', 'x')]), nothing, noMerge);

  it('everything is created', () => {
    expect(kinds(made)).toEqual({
      'loop.ts': 'create',
      'package.json': 'create',
      '.gitignore': 'create',
      [`.12-factor/base/${hash('x')}`]: 'create',
      '.12-factor/.gitattributes': 'create',
      '.12-factor/schema.json': 'create',
      '.12-factor/lock.json': 'create',
      '12-factor.json': 'create',
    });
  });

  it('the lock is of what is written', () => {
    expect(made.lock.files).toEqual({
      'loop.ts': { owner: 'loop', role: 'source', base: hash('x'), written: hash('x') },
    });
    expect(JSON.parse(textOf(made, '.12-factor/lock.json') ?? '')).toEqual(made.lock);
  });

  it('package.json is named, and what it gains is listed', () => {
    expect(JSON.parse(textOf(made, 'package.json') ?? '')).toEqual({ name: 'bot', dependencies: { zod: '^4' } });
    expect(made.install).toEqual(['zod@^4']);
  });

  it('pristine copies are kept from git’s line endings and diffs', () => {
    expect(textOf(made, '.12-factor/.gitattributes')).toBe('base/** -text -diff linguist-generated\n');
  });

  it('an empty .env.example is not made', () => expect(kinds(made)).not.toHaveProperty('.env.example'));
});

describe('what is there already', () => {
  it('and a seed stays, and is not taken for ours', async () => {
    const made = await plan(wanted([file('README.md', 'ours', 'seed')]), disk({ 'README.md': 'mine' }), noMerge);
    expect(kinds(made)['README.md']).toBe('keep-mine');
    expect(made.lock.files).toEqual({});
  });

  it('and source is a conflict, and is not taken for ours', async () => {
    const made = await plan(wanted([file('loop.ts', 'ours')]), disk({ 'loop.ts': 'mine' }), noMerge);
    expect(kinds(made)['loop.ts']).toBe('conflict');
    expect(made.lock.files).toEqual({});
  });

  it('of the shared files is added to, and keeps its name', async () => {
    const made = await plan(wanted([]), disk({ 'package.json': '{"name":"mine"}', '.gitignore': 'a' }), noMerge);
    expect(JSON.parse(textOf(made, 'package.json') ?? '')).toMatchObject({ name: 'mine', dependencies: { zod: '^4' } });
    expect(textOf(made, '.gitignore')).toBe('a\n.12-factor/tmp/\n');
  });

  it('of the configuration is left alone', async () => {
    const made = await plan(wanted([]), disk({ '12-factor.json': '{"dir":"lib"}' }), noMerge);
    expect(kinds(made)['12-factor.json']).toBe('unchanged');
  });
});

describe('what we wrote before', () => {
  const before = (text: string, role: Role = 'source'): LockedFile => ({
    owner: 'loop',
    role,
    base: hash(text),
    written: hash(text),
  });
  const project = (mine: string | undefined, base: string, role?: Role): Project => ({
    lock: {
      format: 1,
      tool: '0.0.9',
      tests: true,
      slots: {},
      components: {},
      files: { 'loop.ts': before(base, role) },
    },
    bases: new Map([[hash(base), base]]),
    disk: new Map(mine === undefined ? [] : [['loop.ts', mine]]),
  });

  it.each([
    ['is replaced where only upstream changed', 'a', 'a', 'b', 'take-theirs'],
    ['is kept where only the user changed', 'm', 'a', 'a', 'keep-mine'],
    ['stays deleted', undefined, 'a', 'b', 'keep-mine'],
  ])('%s', async (_, mine, base, theirs, kind) => {
    expect(kinds(await plan(wanted([file('loop.ts', theirs)]), project(mine, base), noMerge))['loop.ts']).toBe(kind);
  });

  it('as a seed is the user’s for good', async () => {
    const made = await plan(wanted([file('loop.ts', 'b', 'seed')]), project('a', 'a', 'seed'), noMerge);
    expect(kinds(made)['loop.ts']).toBe('keep-mine');
    expect(made.lock.files['loop.ts']).toEqual(before('a', 'seed'));
  });

  it('in conflict keeps its entry, so that the next run asks again', async () => {
    const merge = async () => ({ kind: 'conflict', why: 'both' }) as const;
    const made = await plan(wanted([file('loop.ts', 'b')]), project('m', 'a'), merge);
    expect(made.lock.files['loop.ts']).toEqual(before('a'));
  });
});
