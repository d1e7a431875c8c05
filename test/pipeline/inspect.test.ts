import { expect, it } from 'vitest';
import { chooseManager, configuredFormatter, type PackageJson, type Traces } from '../../src/pipeline/repo/inspect.ts';

const nothing: Traces = { entries: [[]], packageJsons: [{}], userAgent: undefined };

it.each<[string, Partial<Traces>, string]>([
  ['npm without a trace', {}, 'npm'],
  ['what started us', { userAgent: 'bun/1.2.0' }, 'bun'],
  ['packageManager before that', { packageJsons: [{ packageManager: 'yarn@4.1.0+sha' }], userAgent: 'npm/10' }, 'yarn'],
  ["the workspace's packageManager", { packageJsons: [{}, { packageManager: 'pnpm@10.0.0' }] }, 'pnpm'],
  ['npm for an unknown one', { packageJsons: [{ packageManager: 'cnpm@1' }] }, 'npm'],
  [
    'a lock file before packageManager',
    { entries: [['yarn.lock']], packageJsons: [{ packageManager: 'npm@1' }] },
    'yarn',
  ],
  ['the nearest lock file', { entries: [['a'], ['bun.lock'], ['yarn.lock']] }, 'bun'],
  ['what is wished before all', { pm: 'npm', entries: [['yarn.lock']] }, 'npm'],
])('the package manager is %s', (_, traces, manager) => {
  expect(chooseManager({ ...nothing, ...traces })).toBe(manager);
});

it('a wish for an unknown package manager is refused', () => {
  expect(() => chooseManager({ ...nothing, pm: 'pnmp' })).toThrow('--pm pnmp');
});

const asked: PackageJson = { devDependencies: { prettier: '^3.0.0' } };

it.each<[string, readonly (readonly string[])[], readonly PackageJson[], string | undefined]>([
  ['none', [['src']], [{}], undefined],
  ['prettier as a dependency', [[]], [asked], 'prettier'],
  ["prettier as the workspace's dependency", [[]], [{}, asked], 'prettier'],
  ['prettier in package.json', [[]], [{ prettier: {} }], 'prettier'],
  ...['.prettierrc', '.prettierrc.json5', '.prettierrc.toml', '.prettierrc.mts', 'prettier.config.cjs'].map(
    (name): [string, readonly (readonly string[])[], readonly PackageJson[], string] => [
      name,
      [[], [name]],
      [{}],
      'prettier',
    ],
  ),
  ['biome', [['biome.jsonc']], [{}], 'biome'],
  ['biome where prettier is a mere dependency', [['biome.json']], [asked], 'biome'],
  ['prettier where both have a configuration', [['biome.json', '.prettierrc']], [{}], 'prettier'],
])('the formatter: %s', (_, entries, packageJsons, formatter) => {
  expect(configuredFormatter(entries, packageJsons)).toBe(formatter);
});
