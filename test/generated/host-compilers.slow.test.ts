import { execa } from 'execa';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { home } from '../support/registry/package.ts';
import { tempFolder } from '../support/project/temp.ts';
import { linkPackages } from '../support/project/toolchain.ts';

const agent = join(home, 'registry/agent');
const client = ['client', 'store/transfer.test.ts'];

/** A folder with the packages of other hosts. */
let host = '';
beforeAll(async () => {
  host = await mkdtemp(join(tmpdir(), 'host-compilers-'));
  const packages = [
    'ts56@npm:typescript@5.6.3',
    'ts59@npm:typescript@5.9.3',
    '@total-typescript/ts-reset@0.6.1',
  ];
  await execa('npm', ['install', '--no-save', '--no-audit', '--prefix', host, ...packages]);
}, 300_000);
afterAll(async () => rm(host, { recursive: true, force: true }));

const compilers = {
  '5.6': () => join(host, 'node_modules/ts56/bin/tsc'),
  '5.9': () => join(host, 'node_modules/ts59/bin/tsc'),
  '6.0': () => join(home, 'node_modules/typescript/bin/tsc'),
} as const;
type Version = keyof typeof compilers;

const plain = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['node'],
  module: 'nodenext',
  allowImportingTsExtensions: true,
};
const bundled = { ...plain, module: 'esnext', moduleResolution: 'bundler' };
const nest = {
  ...plain,
  module: 'commonjs',
  target: 'es2021',
  strict: false,
  declaration: true,
  emitDecoratorMetadata: true,
  experimentalDecorators: true,
};
const nx = {
  ...plain,
  target: 'es2022',
  lib: ['es2022'],
  noEmit: false,
  emitDeclarationOnly: true,
  composite: true,
  declarationMap: true,
  rootDir: agent,
  outDir: 'out',
  tsBuildInfoFile: 'out/tsbuildinfo',
  importHelpers: true,
  isolatedModules: true,
  noFallthroughCasesInSwitch: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noUnusedLocals: true,
};
const strictest = {
  ...plain,
  target: 'es2023',
  allowUnreachableCode: false,
  allowUnusedLabels: false,
  exactOptionalPropertyTypes: true,
  noFallthroughCasesInSwitch: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noPropertyAccessFromIndexSignature: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
};

const timeout = 600_000;
const everyVersion: readonly Version[] = ['5.6', '5.9', '6.0'];

test.each<[string, readonly Version[], object]>([
  ['the library of ES2021, without that of a browser', everyVersion, { ...plain, lib: ['es2021'] }],
  [
    'the target ES2015 and the library of browsers',
    everyVersion,
    { ...bundled, target: 'es2015', lib: ['dom', 'dom.iterable', 'esnext'] },
  ],
  ['CommonJS that checks neither null nor any', ['5.6', '5.9'], nest],
  ['declarations of a composite project', everyVersion, nx],
  ['every check', everyVersion, strictest],
])(
  'everything compiles with %s, in TypeScript %s',
  { timeout },
  async (_, versions, compilerOptions) => {
    for (const version of versions) expect(await errorsOf(version, compilerOptions)).toBe('');
  },
);

test('everything compiles beside ts-reset, which makes JSON unknown', { timeout }, async () => {
  const reset = join(host, 'node_modules/@total-typescript/ts-reset/dist/recommended.d.ts');
  expect(await errorsOf('5.9', { ...plain, target: 'es2022' }, ['.', reset])).toBe('');
});

test.each([
  ['a browser', ['es2022', 'dom', 'dom.iterable']],
  ['Node alone', ['es2022']],
])('the client and its tests compile with the types of %s', async (_, lib) => {
  expect(await errorsOf('6.0', { ...plain, lib }, client)).toBe('');
});

/** Compiles parts of the generated code. Returns what the compiler prints. */
async function errorsOf(version: Version, options: object, parts = ['.']): Promise<string> {
  const folder = await tempFolder();
  await linkPackages(folder);
  const compilerOptions = { target: 'es2021', ...options };
  const include = parts.map((part) => resolve(agent, part));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
  const argv = [compilers[version](), '-p', folder, '--pretty', 'false'];
  const { stdout } = await execa('node', argv, { reject: false });
  return stdout;
}
