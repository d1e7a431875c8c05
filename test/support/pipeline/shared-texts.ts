import type { Entries } from '../../../src/pipeline/text/entries.ts';
import type { Needs } from '../../../src/pipeline/registry/needs.ts';
import type { Random } from '../random.ts';

const packages = ['@scope/pkg', 'a', 'express', 'zod', 'zz'];

/** A package.json with random indentation, line endings and sections. */
export function packageJson(random: Random): string {
  return finish(written(random, false), random);
}

/** A package.json that may have empty sections. */
export function withEmptySections(random: Random): string {
  return finish(written(random, true), random);
}

/** A package.json with some objects and arrays on one line, as people write short ones. */
export function withPartsOnOneLine(random: Random): string {
  const text = written(random, false);
  const parts = ['scripts', 'dependencies', 'files', 'peerDependencies'];
  return finish(random.some(parts).reduce(onOneLine, text), random);
}

const onOneLine = (text: string, key: string): string =>
  text.replace(new RegExp(`"${key}": [{[][^\\]}]+[\\]}]`), (part) => part.replaceAll(/\s+/g, ' '));

function written({ one, some }: Random, withEmpty: boolean): string {
  const section = (): Entries =>
    Object.fromEntries(some([...packages, 'mine', 'x']).map((name) => [name, '^1.0.0']));
  const kinds = some(['scripts', 'dependencies', 'devDependencies', 'peerDependencies']);
  const sections = kinds.map(
    (key) => [key, withEmpty ? one([section(), {}]) : { mine: '^1.0.0', ...section() }] as const,
  );
  const entries = [
    ...some(['name', 'type']).map((key) => [key, 'x'] as const),
    ...one([sections, sections.toReversed()]),
    ...some(['files', 'version']).map((key) => [key, ['a', 'b']] as const),
  ];
  return JSON.stringify(
    Object.fromEntries(entries),
    undefined,
    one<string | number>(['\t', 2, 4, 3, 0]),
  );
}

/** A `.env.example` with comments, blank lines and values. */
export function envExample(random: Random): string {
  const lines = random.some([
    '# Keys',
    '',
    'MINE=1',
    '# MAYBE=2',
    'export OUT=x',
    '',
    '#',
    '  # in',
    'A_KEY=mine',
    'Z=',
  ]);
  return finish(lines.join('\n'), random);
}

/** A `.gitignore`. */
export function gitignore(random: Random): string {
  const lines = random.some([
    'node_modules/',
    '',
    '# build',
    'dist',
    '/out/',
    '!keep',
    '.agent',
    '*.log',
    '',
  ]);
  return finish(lines.join('\n'), random);
}

function finish(text: string, { one, below }: Random): string {
  const ended = text + one(['', '\n', '\n', '\n\n']);
  return (
    (below(6) === 0 ? '\uFEFF' : '') + (below(3) === 0 ? ended.replaceAll('\n', '\r\n') : ended)
  );
}

/** Random needs of a component. */
export function needs({ some }: Random): Needs {
  const entries = (names: readonly string[], value: string): Entries =>
    Object.fromEntries(names.map((name) => [name, value]));
  const variables = some(['A_KEY', 'B_KEY', 'C_KEY']).map(
    (name) => [name, `# For ${name}.\n${name}=\n`] as const,
  );
  return {
    dependencies: entries(some(packages), '^2.0.0'),
    devDependencies: entries(some(['vitest', 'aa']), '^3.0.0'),
    scripts: entries(some(['start', 'agent']), 'tsx x.ts'),
    env: Object.fromEntries(variables),
    gitignore: some(['.agent/', '.env', 'zz/']),
  };
}
