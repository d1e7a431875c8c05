import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { expect, it } from 'vitest';
import { importsOf } from './support/registry/imports.ts';
import { home } from './support/registry/package.ts';

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(join(home, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(home.length).replaceAll('\\', '/'));

const sources = filesUnder('src');
/** The folders of `src/` as AGENTS.md lists them. */
const listed = [
  ...readFileSync(join(home, 'AGENTS.md'), 'utf8').matchAll(/^\| `([a-z/]+)\/` *\|/gm),
].flatMap(([, folder = '']) => (existsSync(join(home, 'src', folder)) ? [folder] : []));

it('AGENTS.md has a line for each folder of src', () => {
  const folders = new Set(sources.map((path) => dirname(path).slice('src/'.length)));
  const inner = [...folders].filter((folder) => folder !== '');
  expect(listed.toSorted()).toEqual(inner.toSorted());
});

it('a folder of the pipeline imports only folders that AGENTS.md lists above it', () => {
  const order = listed.filter((folder) => folder.startsWith('pipeline/'));
  const back = sources.flatMap((path) => {
    const own = order.indexOf(dirname(path).slice('src/'.length));
    const { specifiers } = importsOf(path, readFileSync(join(home, path), 'utf8'));
    return specifiers
      .map((one) => posix.join(dirname(path), one))
      .filter((target) => own >= 0 && order.indexOf(dirname(target).slice('src/'.length)) > own)
      .map((target) => `${path} imports ${target}`);
  });
  expect(back).toEqual([]);
});

it('no two files of src have one name', () => {
  const names = sources.map((path) => basename(path));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

/** Tests of more than one file: of a whole stage, or of the whole pipeline. */
const ofSeveral = [
  'test/pipeline/round-trip.test.ts',
  'test/pipeline/doctor/checks.test.ts',
  'test/pipeline/plan/shared-files-round-trip.test.ts',
  'test/io/transaction/faults.slow.test.ts',
];

it('a test of pipeline, io or ui is named after the file that it tests', () => {
  const tests = ['test/pipeline', 'test/io', 'test/ui'].flatMap(filesUnder);
  const strays = tests
    .filter((path) => !ofSeveral.includes(path))
    .filter((path) => {
      const source = path.replace(/^test/, 'src').replace(/(\.slow|\.story)?\.test\.ts$/, '.ts');
      return !sources.includes(source);
    });
  expect(strays).toEqual([]);
});
