import { packageJson, small, strictBundler } from './small.ts';
import type { Host } from '../host.ts';

// Small hosts with the settings, versions and tools that people choose.

const node22 = { '@types/node': '^22.0.0' };
const { target: _, ...bundler } = strictBundler;

const everythingStrict = {
  ...strictBundler,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  strictBuiltinIteratorReturn: true,
};

const compilers: readonly Host[] = [
  small('es2022', 'ES2022 alone', {
    packages: node22,
    compilerOptions: strictBundler,
  }),
  small('es2022-lib', 'lib ES2022 without the DOM', {
    packages: node22,
    compilerOptions: { ...strictBundler, lib: ['ES2022'] },
  }),
  small('es2021', 'ES2021 without lib', {
    packages: node22,
    compilerOptions: { ...bundler, target: 'ES2021' },
  }),
  small('strict', 'every check of the compiler', {
    packages: node22,
    compilerOptions: everythingStrict,
  }),
  small('ts-reset', '@total-typescript/ts-reset', {
    packages: { ...node22, '@total-typescript/ts-reset': '^0.6.1' },
    compilerOptions: strictBundler,
    files: { 'src/reset.d.ts': "import '@total-typescript/ts-reset';\n" },
  }),
  ...['5.6.3', '5.9.3', '6.0.3', '7.0.2'].map((typescript) =>
    small(`ts-${typescript.slice(0, 3)}`, `TypeScript ${typescript}, nodenext`, {
      packages: { ...node22, typescript },
      compilerOptions: {
        target: 'ES2022',
        module: 'nodenext',
        types: ['node'],
        strict: true,
        skipLibCheck: true,
        outDir: 'dist',
        rootDir: 'src',
      },
    }),
  ),
  small('ts-5.0', 'a TypeScript that is too old', {
    packages: { ...node22, typescript: '5.0.4' },
    compilerOptions: strictBundler,
    refused: /TypeScript/,
  }),
];

const packages: readonly Host[] = [
  small('zod-3.25', 'zod 3.25, which has zod/v4', {
    packages: node22,
    manifest: { dependencies: { zod: '3.25.76' } },
    compilerOptions: strictBundler,
  }),
  small('zod-3.23', 'a zod that is too old', {
    packages: node22,
    manifest: { dependencies: { zod: '3.23.8' } },
    compilerOptions: strictBundler,
    refused: /zod/,
  }),
  small('pnpm-catalog', 'a pnpm workspace with a catalog', {
    at: 'apps/bot',
    manager: 'pnpm@10.34.9',
    files: {
      'package.json': packageJson({}, { packageManager: 'pnpm@10.34.9', type: undefined }),
      'pnpm-workspace.yaml':
        'packages:\n  - apps/*\ncatalog:\n  zod: ^4.1.0\n  typescript: ~5.9.3\n',
      'tsconfig.json': { compilerOptions: strictBundler, files: [] },
      'apps/bot/package.json': {
        name: 'bot',
        private: true,
        type: 'module',
        dependencies: { zod: 'catalog:' },
        devDependencies: { typescript: 'catalog:', ...node22 },
      },
      'apps/bot/tsconfig.json': { extends: '../../tsconfig.json', include: ['src'], files: [] },
      'apps/bot/src/index.ts': 'export const bot = true;\n',
    },
  }),
];

const ignored = '.12-factor/\n12-factor.json\npackage-lock.json\n';

const tools: readonly Host[] = [
  small('prettier', 'prettier: 4 spaces, double quotes', {
    packages: { ...node22, prettier: '^3.8.0' },
    compilerOptions: strictBundler,
    files: {
      '.prettierrc': { tabWidth: 4, singleQuote: false, printWidth: 120 },
      '.prettierignore': ignored,
    },
    format: 'npx prettier --write --log-level warn .',
    checks: ['npx tsc', 'npx prettier --check .'],
  }),
  small('biome', 'biome: tabs, double quotes, sorted imports', {
    packages: { ...node22, '@biomejs/biome': '2.6.8' },
    compilerOptions: strictBundler,
    files: {
      'biome.json': {
        files: { includes: ['**', '!.12-factor', '!12-factor.json', '!package-lock.json'] },
        linter: { enabled: false },
      },
    },
    format: 'npx biome check --write .',
    checks: ['npx tsc', 'npx biome ci .'],
  }),
  small('oxfmt', 'oxfmt: no semicolons, single quotes', {
    packages: { ...node22, oxfmt: '0.79.0' },
    compilerOptions: strictBundler,
    files: {
      '.oxfmtrc.json': { semi: false, singleQuote: true, printWidth: 80 },
      '.prettierignore': ignored,
    },
    format: 'npx oxfmt .',
    checks: ['npx tsc', 'npx oxfmt --check .'],
  }),
  small('eslint-typed', 'typescript-eslint with types, the copied code left out', {
    packages: { ...node22, eslint: '^9.39.0', 'typescript-eslint': '^8.60.0' },
    compilerOptions: strictBundler,
    files: {
      'eslint.config.js': `import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['src/agent/**', 'dist/**', '*.config.js'] },
  ...tseslint.configs.recommendedTypeChecked,
  { languageOptions: { parserOptions: { projectService: true } } },
);
`,
    },
    checks: ['npx tsc', 'npx eslint .'],
  }),
];

/** A small host for each setting, version or tool. */
export const habitHosts: readonly Host[] = [...compilers, ...packages, ...tools];
