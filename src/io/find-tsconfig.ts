import { dirname, join, resolve } from 'node:path';
import type { ParseError } from 'jsonc-parser';
import { UserError } from '../errors.ts';
import { readText, exists } from './read-text.ts';

/** A tsconfig with all that it extends; `matches` says whether it takes the folder's files in. */
export type Tsconfig = {
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly matches: boolean;
  /** Where `paths` leads an import of a name: absolute, as it may be, without looking. */
  readonly resolve: (name: string) => readonly string[];
};

const deepest = 8;
const wrongKind = 'a setting in it, or in what it extends, is of the wrong kind';

/**
 * The tsconfig that governs the files of a folder: of the nearest upwards among `folders`, or of what it references.
 * @throws UserError for one that cannot be read
 */
export async function findTsconfig(
  folder: string,
  folders: readonly string[],
): Promise<Tsconfig | undefined> {
  const paths = folders.map((one) => join(one, 'tsconfig.json'));
  const there = await Promise.all(paths.map((path) => exists(path)));
  const nearest = paths.find((_, index) => there[index]);
  if (nearest === undefined) return undefined;
  // Its name stands for all the files that will come.
  return follow(nearest, join(folder, 'agent.ts'), 0);
}

/** A tsconfig, or the first of its references that takes the file in; a mere list of references has its first. */
async function follow(path: string, file: string, depth: number): Promise<Tsconfig> {
  const { createFilesMatcher, createPathsMatcher } = await import('get-tsconfig');
  const config = await parse(path);
  const own = {
    path,
    options: { ...config.compilerOptions },
    resolve: createPathsMatcher({ path, config }) ?? (() => []),
    matches: createFilesMatcher({ path, config })(file.replaceAll('\\', '/')) !== undefined,
  };
  if (own.matches || depth >= deepest) return own;
  const isList = config.files?.length === 0 && (config.include ?? []).length === 0;
  const references = (config.references ?? []).map((one) => resolve(dirname(path), one.path));
  let first: Tsconfig | undefined;
  for (const reference of references) {
    const target = reference.endsWith('.json') ? reference : join(reference, 'tsconfig.json');
    // Of references that do not matter, none has to be there.
    if (!isList && !(await exists(target))) continue;
    const followed = await follow(target, file, depth + 1);
    if (followed.matches) return followed;
    first ??= followed;
  }
  return isList && first ? first : own;
}

async function parse(path: string) {
  const { parseTsconfig } = await import('get-tsconfig');
  const text = ((await readText(path)) ?? '').replace(/^\uFEFF/, '');
  const value = await objectIn(text.trim() === '' ? '{}' : text);
  if (value === undefined) throw refused(path, 'it is not JSON with comments');
  if ('references' in value && !areReferences(value.references)) throw refused(path, wrongKind);
  try {
    return parseTsconfig(path);
  } catch (error) {
    // Of a setting that is of the wrong kind the library knows no better than to stumble over it.
    if (error instanceof TypeError) throw refused(path, wrongKind);
    throw refused(path, error instanceof Error ? error.message : String(error));
  }
}

async function objectIn(text: string): Promise<object | undefined> {
  const { parse } = await import('jsonc-parser');
  const errors: ParseError[] = [];
  try {
    const value: unknown = parse(text, errors, { allowTrailingComma: true });
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && errors.length === 0 ? value : undefined;
  } catch {
    // It nests deeper than the stack is.
    return undefined;
  }
}

function areReferences(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((one: { path?: unknown } | null) => typeof one?.path === 'string')
  );
}

function refused(path: string, why: string): UserError {
  return new UserError(`${path} cannot be read: ${why.replace(/\.$/, '')}.`, {
    code: 'bad-usage',
    hint: 'Mend it. If it extends what a package brings or generates, install the packages first.',
  });
}
