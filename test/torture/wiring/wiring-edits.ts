/**
 * What a user does to a rendered file, on its lines as rendered; `undefined` where there is nothing
 * to do it to.
 */
export type Edit = (lines: readonly string[], pick: Pick) => readonly string[] | undefined;

/** Chooses one of some, as the seed has it. */
export type Pick = <T>(some: readonly [T, ...T[]]) => T;

/** Where the first line is that fits. */
export const at = (lines: readonly string[], pattern: RegExp): number =>
  lines.findIndex((line) => pattern.test(line));
const lastImport = (lines: readonly string[]): number =>
  lines.findLastIndex((line) => line.startsWith('import '));

/** Puts lines before the first that fits. */
export const before =
  (pattern: RegExp, ...put: readonly string[]): Edit =>
  (lines) =>
    at(lines, pattern) < 0 ? undefined : lines.toSpliced(at(lines, pattern), 0, ...put);

/** Puts lines after the first that fits. */
export const after =
  (pattern: RegExp, ...put: readonly string[]): Edit =>
  (lines) =>
    at(lines, pattern) < 0 ? undefined : lines.toSpliced(at(lines, pattern) + 1, 0, ...put);

/** Changes the first line that fits. */
export const change =
  (pattern: RegExp, to: string): Edit =>
  (lines) => {
    const index = at(lines, pattern);
    return index < 0 ? undefined : lines.with(index, (lines[index] ?? '').replace(pattern, to));
  };

/** Changes every word that fits. */
export const rename =
  (from: RegExp, to: string): Edit =>
  (lines) =>
    lines.some((line) => from.test(line))
      ? lines.map((line) => line.replaceAll(new RegExp(from, 'g'), to))
      : undefined;

/** One edit after another, if all of them fit. */
export const all =
  (...edits: readonly Edit[]): Edit =>
  (lines, pick) =>
    edits.reduce<readonly string[] | undefined>((done, edit) => done && edit(done, pick), lines);

/** Puts lines at the end. */
export const append =
  (...put: readonly string[]): Edit =>
  (lines) => [...lines.slice(0, -1), ...put, ''];

/** Puts an import after the others. */
export const importEnd =
  (line: string): Edit =>
  (lines) =>
    lines.toSpliced(lastImport(lines) + 1, 0, line);

const sortImports: Edit = (lines) => {
  const end = lastImport(lines) + 1;
  const module = (line: string) => line.split("'")[1] ?? '';
  return [
    ...lines.slice(0, end).toSorted((a, b) => (module(a) < module(b) ? -1 : 1)),
    ...lines.slice(end),
  ];
};

const log = 'console.log(hostname());';
const host = "import { hostname } from 'node:os';";

/** Edits of either file, by name. */
export const anywhere: Readonly<Record<string, Edit>> = {
  banner: (lines) => ['// Copyright Acme', '', ...lines],
  sortImports,
  importTop: all((lines) => [host, ...lines], append('', log)),
  importEnd: all(importEnd(host), append('', log)),
  comment: before(/^export const/, '// ours: the payments team'),
  bracketComment: before(
    /^export const/,
    "// ours :-( and '{ [ `",
    'const odd = `}); case ( ${1} //`;',
    'console.log(odd);',
  ),
  helper: all(
    before(/^export const/, "const team = process.env.TEAM ?? 'payments';", ''),
    append('console.log(team);'),
  ),
  tail: append('', "export const owner = { name: 'payments', model: 'ours', deploy: 'never' };"),
};

/**
 * Edits that few people make, or after which no merge can be right: of these it is asked only that
 * none goes wrong.
 */
export const oddEdits: ReadonlySet<string> = new Set([
  'modelNote',
  'listNote',
  'listOneLine',
  'listOneLineOfMine',
  'listHoist',
  'listEmptied',
  'alsoUsed',
  'untyped',
  'call',
  'second',
  'byFactory',
  'oneLine',
  'getter',
  'hoist',
  'doubled',
  'bracketComment',
  'modelFirst',
  'storeAbove',
  'ownStacked',
  'ownStackedBelow',
  'ownNote',
  'typeAbove',
  'renameStep',
  'stepShadow',
  'extract',
  'nestedOneOf',
  'caseInComment',
  'templateText',
  'ifBefore',
  'arrow',
  'oneLineCase',
  'oneLineEntries',
  'collapse',
  'reverseEntries',
  'blankLines',
  'commentedOut',
  'readyMade',
  'halfReady',
  'ownSameReturn',
  'secondSwitch',
  'defaultThrows',
]);
