import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { openFormatter } from '../../src/io/formatter.ts';
import { home } from '../support/registry/package.ts';
import { tempFolder } from '../support/project/temp.ts';

const text = 'const  a = { b : "c" };\n';
const long = 60_000;

/** Creates a repo with these files. Installs one of our own packages in it, or a fake of it. */
async function repo(files: Readonly<Record<string, string>>, name?: string): Promise<string> {
  const root = await tempFolder();
  for (const [path, content] of Object.entries({
    'package.json': '{ "type": "module" }',
    ...files,
  })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  if (name === undefined) return root;
  await mkdir(dirname(join(root, 'node_modules', name)), { recursive: true });
  await symlink(join(home, 'node_modules', name), join(root, 'node_modules', name), 'junction');
  return root;
}

const single = { '.prettierrc': '{ "singleQuote": true }' };

it.each<[string, Readonly<Record<string, string>>, string, string | undefined]>([
  ['reads the configuration', single, 'src/a.ts', "const a = { b: 'c' };\n"],
  ['works without one', {}, 'src/a.ts', 'const a = { b: "c" };\n'],
  [
    'reads package.json',
    { 'package.json': '{ "prettier": { "semi": false } }' },
    'a.ts',
    'const a = { b: "c" }\n',
  ],
  [
    'heeds overrides',
    { '.prettierrc': '{ "overrides": [{ "files": "src/**", "options": { "semi": false } }] }' },
    'src/a.ts',
    'const a = { b: "c" }\n',
  ],
  [
    'reads .editorconfig',
    { '.editorconfig': 'root = true\n[*]\nmax_line_length = 15\n' },
    'a.ts',
    'const a = {\n  b: "c",\n};\n',
  ],
  ['leaves ignored files alone', { '.prettierignore': 'src/agent\n' }, 'src/agent/a.ts', undefined],
  ['leaves files of no language it knows alone', {}, 'a.unknown', undefined],
  [
    'runs a configuration',
    { 'prettier.config.js': 'export default { semi: false }' },
    'a.ts',
    'const a = { b: "c" }\n',
  ],
  [
    'survives a configuration that prints',
    { 'prettier.config.js': 'console.log("[1]"); export default { semi: false }' },
    'a.ts',
    'const a = { b: "c" }\n',
  ],
  [
    'gives up on a configuration that throws',
    { 'prettier.config.js': 'throw new Error("no")' },
    'a.ts',
    undefined,
  ],
  ['gives up on a broken one', { '.prettierrc': '{ "semi": ' }, 'a.ts', undefined],
  [
    'gives up on a plugin that is missing',
    { '.prettierrc': '{ "plugins": ["nowhere"] }' },
    'a.ts',
    undefined,
  ],
  ['gives up on one that exits', { 'prettier.config.js': 'process.exit(0)' }, 'a.ts', undefined],
])('prettier %s', { timeout: long }, async (_, files, path, formatted) => {
  const root = await repo(files, 'prettier');
  expect(
    await openFormatter(root, 'prettier', process.env)([{ path: join(root, path), text }]),
  ).toEqual([formatted]);
});

it('answers in order, with nothing for a text that does not parse', { timeout: long }, async () => {
  const root = await repo(single, 'prettier');
  const texts = ['a( 1 )', 'const = ;', 'b( "2" )'];
  const files = texts.map((one, index) => ({ path: join(root, `${index}.ts`), text: one }));
  expect(await openFormatter(root, 'prettier', process.env)(files)).toEqual([
    'a(1);\n',
    undefined,
    "b('2');\n",
  ]);
});

it.each([
  ['hangs', 'for (;;) {}'],
  [
    'will not be ended',
    'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); await new Promise(() => {})',
  ],
])('gives up on a configuration that %s', { timeout: long }, async (_, script) => {
  const root = await repo({ 'prettier.config.js': `${script}; export default {}` }, 'prettier');
  expect(
    await openFormatter(root, 'prettier', process.env, 2000)([{ path: join(root, 'a.ts'), text }]),
  ).toEqual([undefined]);
});

it.each<[string, string]>([
  ['prints rubbish', 'console.log("rubbish"); process.exit(0)'],
  ['prints another shape', 'console.log("[]"); process.exit(0)'],
  ['is not prettier', 'module.exports = {}'],
])('gives up on a prettier that %s', { timeout: long }, async (_, index) => {
  const root = await repo({ 'node_modules/prettier/index.js': index });
  expect(
    await openFormatter(root, 'prettier', process.env)([{ path: join(root, 'a.ts'), text }]),
  ).toEqual([undefined]);
});

it.each([undefined, 'prettier', 'biome', 'oxfmt', 'dprint'] as const)(
  'has nothing to say where %s is not installed',
  async (formatter) => {
    const root = await repo({});
    expect(
      await openFormatter(root, formatter, process.env)([{ path: join(root, 'a.ts'), text }]),
    ).toEqual([undefined]);
  },
);

// These are no dependencies of this project: their tests run only if they are installed.
const withOxfmt = it.skipIf(!existsSync(join(home, 'node_modules/oxfmt')));

withOxfmt('oxfmt reads its configuration', { timeout: long }, async () => {
  const root = await repo({ '.oxfmtrc.json': '{ "singleQuote": true }' }, 'oxfmt');
  const files = [text, 'const = ;'].map((one, index) => ({
    path: join(root, `${index}.ts`),
    text: one,
  }));
  expect(await openFormatter(root, 'oxfmt', process.env)(files)).toEqual([
    "const a = { b: 'c' };\n",
    undefined,
  ]);
});

it('dprint formats a file that is not there yet', { timeout: long }, async () => {
  // A stand-in that, as dprint, refuses paths of files that do not exist.
  const script = `
    const { existsSync, readFileSync } = require('node:fs');
    const path = process.argv.at(-1);
    if (path.includes('/') && !existsSync(path)) process.exit(1);
    process.stdout.write(readFileSync(0, 'utf8').replaceAll(/ +/g, ' '));
  `;
  const root = await repo({
    'node_modules/dprint/package.json': '{ "bin": "bin.cjs" }',
    'node_modules/dprint/bin.cjs': script,
  });
  const files = [{ path: join(root, 'new/a.ts'), text }];
  expect(await openFormatter(root, 'dprint', process.env)(files)).toEqual([
    'const a = { b : "c" };\n',
  ]);
});

const withBiome = it.skipIf(!existsSync(join(home, 'node_modules/@biomejs/biome')));

withBiome('biome reads its configuration', { timeout: long }, async () => {
  const root = await repo(
    { 'biome.json': '{ "javascript": { "formatter": { "quoteStyle": "single" } } }' },
    '@biomejs/biome',
  );
  const files = [text, 'const = ;'].map((one, index) => ({
    path: join(root, `${index}.ts`),
    text: one,
  }));
  expect(await openFormatter(root, 'biome', process.env)(files)).toEqual([
    "const a = { b: 'c' };\n",
    undefined,
  ]);
});
