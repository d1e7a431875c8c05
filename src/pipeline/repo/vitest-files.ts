import picomatch from 'picomatch';
import { fieldOf, readExported, type Value } from './vitest-config.ts';

/** A configuration of vitest. `file` is the name to show. */
export type VitestConfig = {
  readonly file: string;
  readonly text: string;
  /** The folder of the components, relative to the folder of the configuration. */
  readonly dir: string;
  /** The folder of the package, relative to the same; empty if it is that folder. */
  readonly packageDir: string;
};

const defaultInclude = ['**/*.{test,spec}.?(c|m)[jt]s?(x)'];

// One test in a folder and one beside the folders: what finds both finds all.
const samples = ['core/loop.test.ts', 'policy.test.ts'];

/**
 * Returns why vitest would not run tests in the folder of the components, as the end of a sentence.
 * Undefined if it would, or if the configuration does not say it without being run.
 */
export function whyNotRun({ file, text, dir, packageDir }: VitestConfig): string | undefined {
  const exported = readExported(text);
  const projects = exported.kind === 'list' ? exported : projectsOf(exported);
  const paths = samples.map((sample) => `${dir}/${sample}`);
  if (!projects) return problemOf(exported, paths, file);
  if (projects.kind !== 'list' || projects.isOpen) return undefined;
  const globs = projects.items.flatMap((one) => (one.kind === 'plain' ? [String(one.value)] : []));
  const settings = projects.items.filter((one) => one.kind !== 'plain');
  const problems = [
    ...(globs.length > 0 ? [problemOfGlobs(globs, packageDir, file)] : []),
    ...settings.map((one) => problemOf(withRoot(one, exported), paths, file)),
  ];
  // One project that runs them is enough.
  return problems.every((problem) => problem !== undefined) ? problems[0] : undefined;
}

function projectsOf(exported: Value): Value | undefined {
  const test = fieldOf(exported, 'test');
  if (test === 'absent') return undefined;
  const found = [fieldOf(test, 'projects'), fieldOf(test, 'workspace')];
  return found.find((one) => one !== 'absent' && one.kind === 'list');
}

/** A project with `extends: true` has the settings of the root where it has none. */
function withRoot(project: Value, root: Value): Value {
  const parent = fieldOf(project, 'extends');
  if (parent === 'absent') return project;
  const isRoot = parent.kind === 'plain' && parent.value === true;
  const own = fieldOf(project, 'test');
  const inherited = fieldOf(root, 'test');
  if (!isRoot || own === 'absent' || inherited === 'absent') return { kind: 'unknown' };
  if (own.kind !== 'object' || inherited.kind !== 'object') return { kind: 'unknown' };
  const fields = new Map([...inherited.fields, ...own.fields]);
  const test: Value = { ...own, fields, isOpen: own.isOpen || inherited.isOpen };
  return { kind: 'object', fields: new Map([['test', test]]), isOpen: false };
}

function problemOfGlobs(
  globs: readonly string[],
  packageDir: string,
  file: string,
): string | undefined {
  const path = packageDir === '' ? '.' : packageDir;
  const all = globs.flatMap((glob) => {
    const plain = glob.replace(/^(!?)\.\//, '$1').replace(/\/$/, '') || '.';
    // A glob may name the configuration in the package.
    return [plain, plain.replace(/\/?[^/]*\.config\.[^/]*$/, '') || '.'];
  });
  if (isMatchOfAny(path, all)) return undefined;
  return `${file} runs only the projects in ${globs.join(', ')}`;
}

function problemOf(config: Value, paths: readonly string[], file: string): string | undefined {
  const test = fieldOf(config, 'test');
  if (test === 'absent') return undefined;
  const roots = [fieldOf(config, 'root'), fieldOf(test, 'root'), fieldOf(test, 'dir')];
  const root = roots.reduce<string | undefined>(joinRoot, '');
  if (test.kind !== 'object' || root === undefined) return undefined;
  if (isTrue(fieldOf(test, 'browser'))) return `${file} runs tests in a browser`;
  const inside = paths.flatMap((path) => relativeTo(root, path));
  if (inside.length < paths.length) return `${file} looks only in ${root}`;
  const excluded = knownStrings(fieldOf(test, 'exclude'));
  const excluding = excluded.find((glob) => inside.some((path) => isMatch(path, glob)));
  if (excluding !== undefined) return `${file} leaves out ${excluding}`;
  return problemOfInclude(fieldOf(test, 'include'), inside, file);
}

function problemOfInclude(
  include: Value | 'absent',
  paths: readonly string[],
  file: string,
): string | undefined {
  const globs = include === 'absent' ? defaultInclude : allStrings(include);
  if (!globs) return undefined;
  return paths.every((path) => isMatchOfAny(path, globs))
    ? undefined
    : `${file} runs only ${globs.join(', ')}`;
}

/** Whether tests run in a browser: `browser: { enabled: true }`. */
function isTrue(browser: Value | 'absent'): boolean {
  if (browser === 'absent') return false;
  const enabled = fieldOf(browser, 'enabled');
  return enabled !== 'absent' && enabled.kind === 'plain' && enabled.value === true;
}

/** Appends a folder that a setting names. Undefined once one is not known. */
function joinRoot(before: string | undefined, setting: Value | 'absent'): string | undefined {
  if (before === undefined || setting === 'absent') return before;
  if (setting.kind !== 'plain' || typeof setting.value !== 'string') return undefined;
  const folder = setting.value.replace(/^\.\/?/, '').replace(/\/$/, '');
  return folder.startsWith('.') || folder.startsWith('/') ? undefined : join(before, folder);
}

const join = (folder: string, path: string): string =>
  [folder, path].filter((part) => part !== '').join('/');

function relativeTo(root: string, path: string): readonly string[] {
  if (root === '') return [path];
  return path.startsWith(`${root}/`) ? [path.slice(root.length + 1)] : [];
}

/** Whether one of the globs matches, and none that begins with `!` takes it back. */
function isMatchOfAny(path: string, globs: readonly string[]): boolean {
  const taken = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1));
  if (taken.some((glob) => isMatch(path, glob))) return false;
  return globs.some((glob) => isMatch(path, glob));
}

function isMatch(path: string, glob: string): boolean {
  const plain = glob.replace(/^\.\//, '');
  // The matcher throws for an empty glob and for a huge one.
  const isUsable = plain !== '' && plain.length < 10_000 && !plain.startsWith('!');
  return isUsable && picomatch.isMatch(path, plain, { dot: true });
}

/** The strings of a list, unless it may have others. */
function allStrings(value: Value): readonly string[] | undefined {
  const strings = knownStrings(value);
  const isWhole = value.kind === 'list' && !value.isOpen && strings.length === value.items.length;
  return isWhole ? strings : undefined;
}

function knownStrings(value: Value | 'absent'): readonly string[] {
  if (value === 'absent' || value.kind !== 'list') return [];
  return value.items.flatMap((item) =>
    item.kind === 'plain' && typeof item.value === 'string' ? [item.value] : [],
  );
}
