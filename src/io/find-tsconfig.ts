import { dirname, join, resolve } from 'node:path';
import type { ParseError } from 'jsonc-parser';
import { UserError } from '../errors.ts';
import { ancestors } from '../pipeline/repo/ancestors.ts';
import { localRunner, type PackageManager, runTool } from '../pipeline/repo/package-manager.ts';
import { withoutBom } from '../pipeline/text/byte-order-mark.ts';
import { exists, firstWith } from './exists.ts';
import { findPnp } from './read-package-json.ts';
import { readText } from './read-text.ts';

/** A tsconfig with everything that it extends. */
export type Tsconfig = {
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether it includes the files of the folder. */
  readonly matches: boolean;
  /** Whether only `exclude` leaves them out. */
  readonly excludes: boolean;
  /** Whether it includes a file. The path is absolute. */
  readonly covers: (file: string) => boolean;
  /** The patterns of `include`, relative to it. */
  readonly included: readonly string[];
  /**
   * Resolves an import by the `paths` option. Returns absolute candidates, which need not exist,
   * the most likely first.
   */
  readonly resolve: (name: string) => readonly string[];
};

const wrongType = 'a setting in it, or in a file that it extends, has the wrong type';

/**
 * Finds the tsconfig that applies to the files of a folder. It is the first in `folders`, which go
 * upwards, or one that this references.
 * @throws UserError if it cannot be read
 */
export async function findTsconfig(
  folder: string,
  folders: readonly string[],
  manager: PackageManager,
): Promise<Tsconfig | undefined> {
  const nearest = await firstWith(folders, 'tsconfig.json');
  if (nearest === undefined) return undefined;
  // One name is enough: the tsconfig includes all components or none.
  const file = join(folder, 'agent.ts');
  try {
    return await openTsconfig(join(nearest, 'tsconfig.json'), file);
  } catch (error) {
    throw withGenerator(error, manager);
  }
}

/**
 * Opens a tsconfig: itself, or the one of its references that includes the file.
 * @throws UserError if it cannot be read
 */
export function openTsconfig(path: string, file: string): Promise<Tsconfig> {
  return followReferences(path, file, new Set([path]));
}

/**
 * Returns the tsconfig, or the first of its references that includes the file. For a tsconfig that
 * has only references and none of them includes the file, returns the first reference. Adds each
 * reference to `seen`: many may lead to one, and some in a circle.
 */
async function followReferences(path: string, file: string, seen: Set<string>): Promise<Tsconfig> {
  const { createFilesMatcher, createPathsMatcher } = await import('get-tsconfig');
  const config = await parse(path);
  const matcher = createFilesMatcher({ path, config });
  const covers = (one: string) => matcher(one.replaceAll('\\', '/')) !== undefined;
  const withoutExclude = createFilesMatcher({ path, config: { ...config, exclude: [] } });
  const own = {
    path,
    options: { ...config.compilerOptions },
    resolve: createPathsMatcher({ path, config }) ?? (() => []),
    matches: covers(file),
    excludes: withoutExclude(file.replaceAll('\\', '/')) !== undefined,
    covers,
    included: config.include ?? [],
  };
  if (own.matches) return own;
  const hasNoFiles = config.files?.length === 0 && (config.include ?? []).length === 0;
  let first: Tsconfig | undefined;
  for (const reference of config.references ?? []) {
    const target = referencedFile(resolve(dirname(path), reference.path));
    // A missing reference is an error only if the tsconfig has nothing else.
    if (seen.has(target) || (!hasNoFiles && !(await exists(target)))) continue;
    seen.add(target);
    const referenced = await followReferences(target, file, seen);
    if (referenced.matches) return referenced;
    first ??= referenced;
  }
  return hasNoFiles && first ? first : own;
}

function referencedFile(reference: string): string {
  return reference.endsWith('.json') ? reference : join(reference, 'tsconfig.json');
}

async function parse(path: string) {
  const { parseTsconfig } = await import('get-tsconfig');
  const text = withoutBom((await readText(path)) ?? '');
  const value = await parseObject(text.trim() === '' ? '{}' : text);
  if (value === undefined) throw unreadable(path, 'it is not JSON with comments');
  if ('references' in value && !areReferences(value.references)) throw unreadable(path, wrongType);
  try {
    return parseTsconfig(path);
  } catch (error) {
    // The library does not validate: it throws a TypeError for a setting of the wrong type.
    if (error instanceof TypeError) throw unreadable(path, wrongType);
    const why = error instanceof Error ? error.message : String(error);
    const isPackage = /^File '(?![./])/.test(why);
    throw isPackage && (await needsYarn(path))
      ? unreadableForNode(path, why)
      : unreadable(path, why);
  }
}

async function parseObject(text: string): Promise<object | undefined> {
  const { parse: parseJson } = await import('jsonc-parser');
  const errors: ParseError[] = [];
  try {
    const value: unknown = parseJson(text, errors, { allowTrailingComma: true });
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && errors.length === 0 ? value : undefined;
  } catch {
    // It is nested too deeply for the stack.
    return undefined;
  }
}

function areReferences(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  return value.every((one: { path?: unknown } | null) => typeof one?.path === 'string');
}

/** Whether packages are only found by a process that yarn started. */
async function needsYarn(path: string): Promise<boolean> {
  if (process.versions.pnp !== undefined) return false;
  return (await findPnp(ancestors(path))) !== undefined;
}

function unreadableForNode(path: string, why: string): UserError {
  return new UserError(`${path} cannot be read: ${why.replace(/\.$/, '')}.`, {
    code: 'bad-usage',
    hint: `The packages here are Plug'n'Play, which only yarn finds: ${runTool('yarn')}`,
  });
}

function unreadable(path: string, why: string): UserError {
  return new UserError(`${path} cannot be read: ${why.replace(/\.$/, '')}.`, {
    code: 'bad-usage',
    hint: 'Fix it. If it extends a file from a package, install the packages first.',
  });
}

/** The commands that generate a tsconfig, by the folder that it is in. */
const generators: Readonly<Record<string, string>> = {
  '.svelte-kit': 'svelte-kit sync',
  '.nuxt': 'nuxt prepare',
  '.wxt': 'wxt prepare',
};

/** Names the command that generates the file, if the error is about a generated one. */
function withGenerator(error: unknown, manager: PackageManager): unknown {
  if (!(error instanceof UserError)) return error;
  const { message, code } = error;
  const found = Object.entries(generators).find(([folder]) => message.includes(`${folder}/`));
  if (!found) return error;
  const command = `${localRunner(manager)} ${found[1]}`;
  const hint = `It is generated: install the packages, then run: ${command}`;
  return new UserError(message, { code, hint });
}
