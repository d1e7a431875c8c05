import { expect, it } from 'vitest';
import { whyNotRun } from '../../../src/pipeline/repo/vitest-files.ts';

const problem = (text: string, packageDir = '') => {
  const dir = packageDir === '' ? 'src/agent' : `${packageDir}/src/agent`;
  return whyNotRun({ file: 'vitest.config.ts', text, dir, packageDir });
};
const config = (test: string) => `import { defineConfig } from 'vitest/config';
export default defineConfig({ test: { ${test} } });`;

it.each<[string, string]>([
  ['no settings', 'export default {};'],
  ['no include', config('globals: true')],
  ['an include of all tests', config("include: ['src/**/*.test.ts', 'e2e/**']")],
  [
    'an include with a dot before it',
    config("include: ['./src/**/*.{test,spec}.?(c|m)[jt]s?(x)']"),
  ],
  ['an exclude of other files', config("exclude: ['e2e/**']")],
  ['the root', "export default { root: './', test: { include: ['src/**/*.test.ts'] } };"],
  ['a browser that is off', config("browser: { enabled: false, provider: 'playwright' }")],
  ['an include from a package', config('include: [...defaults.include]')],
  ['an include with an unknown part', config("include: ['tests/**', ...more]")],
  ['settings from elsewhere', "import base from './base'; export default base;"],
  ['settings after unknown ones', "export default { test: { include: ['x'], ...base } };"],
  ['settings by a condition', 'export default () => { if (x) return {}; return { test: {} }; };'],
  ['an exclude of nothing', config("exclude: ['./', '']")],
  ['an exclude that takes back', config("exclude: ['!src/**']")],
  ['a root that is computed', "export default { root: resolve('x'), test: { include: ['x'] } };"],
  ['what is no TypeScript', 'export default {{'],
  [
    'one of its projects',
    config("projects: [{ test: { include: ['e2e/**'] } }, { test: { include: ['src/**/*.ts'] } }]"),
  ],
  ['projects from elsewhere', config('projects: [...more]')],
])('with %s, vitest may run tests beside the code', (_, text) => {
  expect(problem(text)).toBeUndefined();
});

it.each<[string, string, string]>([
  ['an include', config("include: ['tests/**/*.test.ts']"), 'runs only tests/**/*.test.ts'],
  ['another ending', config("include: ['**/*.spec.ts']"), 'runs only **/*.spec.ts'],
  ['an empty include', config("include: ['']"), 'runs only '],
  [
    'a folder taken back',
    config("include: ['src/**/*.test.ts', '!src/agent/**']"),
    'runs only src/**/*.test.ts, !src/agent/**',
  ],
  [
    'one other folder, less a part',
    config("include: ['lib/**/*.test.ts', '!**/slow/**']"),
    'runs only lib/**/*.test.ts, !**/slow/**',
  ],
  ['one folder', config("include: ['src/*/*.test.ts']"), 'runs only src/*/*.test.ts'],
  [
    'an exclude',
    config("exclude: [...defaults.exclude, 'src/agent/**']"),
    'leaves out src/agent/**',
  ],
  ['a root', "export default { test: { root: 'packages/web' } };", 'looks only in packages/web'],
  ['a folder', config("dir: './tests/'"), 'looks only in tests'],
  ['a browser', config('browser: { enabled: true }'), 'runs tests in a browser'],
  ['a constant', `const include = ['tests/**']; ${config('include')}`, 'runs only tests/**'],
  ['module.exports', "module.exports = { test: { include: ['a/**'] } };", 'runs only a/**'],
  [
    'a function',
    "export default defineConfig(() => ({ test: { dir: 'e2e' } }));",
    'looks only in e2e',
  ],
  [
    'a function with a body',
    "export default defineConfig(({ mode }) => { return { test: { dir: 'e2e' } }; });",
    'looks only in e2e',
  ],
  [
    'a type after it',
    'export default { test: { dir: `e2e` } } satisfies ViteUserConfig;',
    'looks only in e2e',
  ],
  [
    'a merge of settings',
    "export default mergeConfig({}, defineConfig({ test: { include: ['a/**'] } }));",
    'runs only a/**',
  ],
  [
    'no project for it',
    config("projects: [{ test: { include: ['a/**'] } }, { test: { browser: { enabled: true } } }]"),
    'runs only a/**',
  ],
  [
    'a project that goes on from the root',
    config("include: ['a/**'], projects: [{ extends: true, test: { name: 'unit' } }]"),
    'runs only a/**',
  ],
])('with %s, it does not', (_, text, why) => {
  expect(problem(text)).toBe(`vitest.config.ts ${why}`);
});

it.each<[string, string | undefined]>([
  ["'packages/*'", undefined],
  ["'./packages/*/vitest.config.ts'", undefined],
  ["'apps/*'", 'vitest.config.ts runs only the projects in apps/*'],
])('the projects %s of a workspace, for a package', (glob, why) => {
  expect(problem(config(`projects: [${glob}]`), 'packages/bot')).toBe(why);
  expect(problem(`export default defineWorkspace([${glob}]);`, 'packages/bot')).toBe(why);
});
