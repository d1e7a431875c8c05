import { describe, expect, it } from 'vitest';
import { checkFactors } from '../../../src/pipeline/doctor/check-factors.ts';
import { checkPackages } from '../../../src/pipeline/doctor/check-packages.ts';
import { checkVariables } from '../../../src/pipeline/doctor/check-variables.ts';
import { neededVariables } from '../../../src/pipeline/resolve/needed-variables.ts';
import { countProblems } from '../../../src/pipeline/doctor/diagnose.ts';
import { fail, ok, warn } from '../../../src/pipeline/doctor/finding.ts';
import type { Entries } from '../../../src/pipeline/text/entries.ts';
import { component, wire } from '../../support/pipeline/fixtures.ts';

describe('variables', () => {
  const env = [
    { name: 'KEY', about: 'A key.', required: true },
    { name: 'EXTRA', about: 'More.' },
  ];
  it.each([
    [
      'a component that is wired',
      component('model-a', { env, wires: [wire('model', 'a')] }),
      ['KEY now'],
    ],
    ['a component that is not', component('model-b', { env, wires: [wire('model', 'b')] }), []],
    [
      'a model that the policy may choose',
      component('model-c', { env, wires: [wire('model', 'c')] }),
      ['KEY chosen'],
    ],
    ['a component without a slot', component('slack', { env }), ['KEY now']],
    [
      'a component with a tool',
      component('search', { env, wires: [wire('tools', 'search')] }),
      ['KEY now'],
    ],
  ])('%s', (_, one, needed) => {
    const wired = { slots: { model: 'model-a' }, models: ['model-c'] };
    expect(neededVariables([one], wired).map(({ name, when }) => `${name} ${when}`)).toEqual(
      needed,
    );
  });

  it('are set or missing', () => {
    const needed = [
      { name: 'URL', by: 'model-a', when: 'now' },
      { name: 'MODEL', by: 'model-a', when: 'now' },
      { name: 'TOKEN', by: 'slack', when: 'now' },
      { name: 'SECRET', by: 'approve-link', when: 'served' },
      { name: 'OTHER', by: 'model-c', when: 'chosen' },
    ] as const;
    expect(checkVariables(needed, new Set(['URL', 'MODEL']))).toEqual([
      ok('URL, MODEL are set'),
      fail('TOKEN is not set', 'slack needs it: set it in .env'),
      warn('SECRET is not set', 'a server or a worker needs it for approve-link: set it in .env'),
      warn('OTHER is not set', 'needed when modelFor in policy.ts chooses model-c: set it in .env'),
    ]);
  });
});

/** What `package.json` lists, in a repo without catalogs. */
const listing = (packageJson: object) => ({
  packageJson: JSON.stringify(packageJson),
  catalogs: {},
});

describe('packages', () => {
  const zod = { zod: '^4.6.7' };
  const npm = { manager: 'npm', outside: false } as const;
  const fine = [ok('zod is in package.json and installed')];
  const add = 'npm install "zod@^4.6.7"';
  it.each<[string, object, Entries | undefined, ReturnType<typeof checkPackages>]>([
    ['as tested', { dependencies: zod }, { zod: '4.6.7' }, fine],
    ['newer', { dependencies: { zod: '^4.9.0' } }, { zod: '4.9.1' }, fine],
    ['of another kind', { peerDependencies: { zod: '>=3' } }, { zod: '4.6.8' }, fine],
    ['of a workspace', { dependencies: { zod: 'catalog:' } }, { zod: '4.6.8' }, fine],
    ['of no version', { dependencies: zod }, { zod: '' }, fine],
    ['out of sight', { dependencies: zod }, undefined, [ok('zod is in package.json')]],
    ['not listed', {}, { zod: '4.6.7' }, [fail('zod is not in package.json', add)]],
    ['not installed', { dependencies: zod }, {}, [fail('not installed: zod', 'npm install')]],
    [
      'of another major',
      { dependencies: { zod: '^3.24.0' } },
      { zod: '3.24.1' },
      [fail('package.json has zod ^3.24.0, not ^4.6.7', 'npm install "zod@^3.25.76"')],
    ],
    [
      'installed in another major',
      { dependencies: zod },
      { zod: '3.25.1' },
      [fail('zod 3.25.1 is installed, not ^4.6.7', add)],
    ],
    [
      'older than tested',
      { dependencies: { zod: '^4.0.0' } },
      { zod: '4.1.0' },
      [warn('zod 4.1.0 is older than the tested version, ^4.6.7', add)],
    ],
  ])('%s', (_, packageJson, installed, findings) => {
    expect(checkPackages(zod, listing(packageJson), installed, npm)).toEqual(findings);
  });

  it('of 0.x break with each minor', () => {
    const dependencies = { hono: '>=0.1.0' };
    expect(
      checkPackages({ hono: '^0.3.0' }, listing({ dependencies }), { hono: '0.2.0' }, npm),
    ).toEqual([fail('hono 0.2.0 is installed, not ^0.3.0', 'npm install "hono@^0.3.0"')]);
  });

  it('are installed by one command, in the package manager of the repo', () => {
    const dependencies = { zod: '^4.6.7', hono: '^4.0.0' };
    expect(
      checkPackages(
        dependencies,
        listing({ dependencies }),
        {},
        { manager: 'pnpm', outside: true },
      ),
    ).toEqual([fail('not installed: zod, hono', 'pnpm install --ignore-workspace')]);
  });

  it('are no matter where none are needed', () => {
    expect(checkPackages({}, listing({}), {}, npm)).toEqual([]);
  });
});

describe('the factors', () => {
  const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  const but = (...gone: readonly number[]) =>
    component('agent', { factors: all.filter((one) => !gone.includes(one)) });
  const catalogue = [
    component('workflow', { factors: [10] }),
    component('slack', { factors: [7, 11] }),
    component('everything', { factors: [10, 11, 12] }),
  ];
  it.each([
    ['all', but(), catalogue, '12 factors: all that a component can cover'],
    ['but one', but(10), catalogue, '12 factors: 11 covered; 10 (small agents): add workflow'],
    [
      'those that one component brings',
      but(10, 11),
      catalogue,
      '12 factors: 10 covered; 10 (small agents), 11 (trigger from anywhere): add everything',
    ],
    [
      'some that nothing brings',
      but(2, 10),
      catalogue,
      '12 factors: 10 covered; 10 (small agents): add workflow',
    ],
    [
      'one that comes with what a component requires',
      but(10),
      [component('team', { requires: ['part'] }), component('part', { factors: [10] })],
      '12 factors: 11 covered; 10 (small agents): add team',
    ],
    ['one that nothing brings', but(10), [], '12 factors: all that a component can cover'],
  ])('%s', (_, installed, there, what) => {
    expect(checkFactors([installed], [installed, ...there])).toEqual({ level: 'ok', what });
  });
});

it('only failures are problems', () => {
  expect(countProblems([ok('a'), warn('b', 'c'), fail('d', 'e'), fail('f', 'g')])).toBe(2);
});
