import semver from 'semver';
import type * as z from 'zod/mini';
import { UserError } from '../../errors.ts';
import { configSchema, lockSchema } from './lock-schema.ts';
import { ownPaths } from './own-paths.ts';
import { pathProblem, protectedProblem } from '../text/safe-path.ts';
import { firstProblem, parseJson } from '../registry/manifest-schema.ts';
import { withoutBom } from '../text/byte-order-mark.ts';
import type { Entries } from '../text/entries.ts';
import type { Role, TestChoice, Wire } from '../registry/component.ts';
import type { Needs } from '../registry/needs.ts';

/** `12-factor.json`. The user may edit it. */
export type Config = { readonly dir: string; readonly registries: Entries };

/** An installed component. */
export type LockedComponent = {
  /** The registry that it was copied from. */
  readonly source: string;
  /** The registry's version at that time. */
  readonly version: string;
  /** sha256 (hex) of its manifest, files and templates. */
  readonly hash: string;
  /** `you`, `template`, or the component that requires it. */
  readonly requestedBy: string;
};

/** How many hunks were refused, and the sha256 (hex) of the user's text then, with LF. */
export type RefusedState = { readonly hunks: number; readonly mine: string };

/** A file that the tool wrote. */
export type LockedFile = {
  readonly owner: string;
  readonly role: Role;
  /** sha256 (hex) of the base copy: the text as rendered or fetched. */
  readonly base: string;
  /** sha256 (hex) of the same text in this repo's import specifiers and format. */
  readonly written: string;
  /**
   * sha256 (hex) of a second base copy, if the user refused hunks of `base`: the text with only
   * the hunks that were taken, in this repo's import specifiers and format.
   */
  readonly taken?: string;
  /** The file as the last command left it. Until one side changes, nothing is merged. */
  readonly refused?: RefusedState;
  /** The user refused the whole file: it could not be merged, so no hunk of `base` was taken. */
  readonly unmerged?: boolean;
  /** The file was left with conflict markers. */
  readonly conflicted?: boolean;
  /** The user kept a file of their own at this path: the tool never wrote it. */
  readonly declined?: boolean;
};

/** The entries that the tool added to shared files. `remove` takes out only these. */
export type Contributed = Needs & {
  /** Shared files that the tool created. */
  readonly files: readonly string[];
  /** Sections of package.json that the tool created. */
  readonly sections: readonly string[];
};

/** `.12-factor/lock.json`: what the tool copied, from where, and in which version. */
export type Lock = {
  readonly format: 1;
  /** The version of the tool. */
  readonly tool: string;
  /** The folder of the components' files. */
  readonly dir: string;
  readonly template?: string;
  readonly tests: TestChoice;
  /** Exclusive slot to the component that fills it. */
  readonly slots: Entries;
  /** Components whose models `agent.ts` lists besides the one in the slot. Absent if none. */
  readonly models?: readonly string[];
  readonly components: Readonly<Record<string, LockedComponent>>;
  /** Owner to the wires that it contributes. */
  readonly wires: Readonly<Record<string, readonly Wire[]>>;
  readonly contributed: Contributed;
  readonly files: Readonly<Record<string, LockedFile>>;
};

/** Parses `.12-factor/lock.json`. @throws UserError if it is invalid or has a newer format */
export function parseLock(text: string): Lock {
  const value = parseFile(text, ownPaths.lock, `Restore it: git checkout ${ownPaths.lock}`);
  const format = formatOf(value);
  if (typeof format === 'number' && format > 1)
    throw new UserError(`${ownPaths.lock} has the format of a newer version.`, {
      code: 'older-tool',
      hint: 'Run this with create-12-factor-agent@latest.',
    });
  return validate(lockSchema, value, ownPaths.lock);
}

function formatOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Reflect.get(value, 'format');
}

/** Parses `12-factor.json`. @throws UserError */
export function parseConfig(text: string): Config {
  const value = parseFile(text, ownPaths.config, 'Fix it, then run this again.');
  const { dir, registries } = validate(configSchema, value, ownPaths.config);
  checkAgentDir(dir, `${ownPaths.config}: dir`);
  return { dir, registries };
}

/**
 * Checks that components may be written to a folder. `where` names the flag or file that the folder
 * is from. @throws UserError
 */
export function checkAgentDir(dir: string, where: string): void {
  const problem = pathProblem(dir) ?? protectedProblem(dir);
  if (problem)
    throw new UserError(`${where} cannot be ${JSON.stringify(dir)}: ${problem}.`, {
      code: 'bad-usage',
      hint: 'Use a folder below package.json, for example src/agent.',
    });
}

/**
 * Checks that the tool is not older than the one that wrote the lock: it would revert fixes.
 * `command` is the command to run with the latest version. @throws UserError
 */
export function checkVersion(lock: Lock, tool: string, command: string): void {
  if (semver.gte(tool, lock.tool)) return;
  throw new UserError(
    `This project was written by ${lock.tool}; this is ${tool}, which is older.`,
    {
      code: 'older-tool',
      hint: `Run: ${command}`,
    },
  );
}

/**
 * Returns the lock with its paths below the folder that the configuration names, as the user may
 * have moved it. @throws UserError if a path becomes invalid
 */
export function moveLockedFiles(lock: Lock, { dir }: Config): Lock {
  if (lock.dir === dir) return lock;
  const files = Object.entries(lock.files).map(
    ([path, file]) => [movePath(path, lock.dir, dir), file] as const,
  );
  for (const [path] of files) {
    const problem = pathProblem(path);
    if (problem !== undefined)
      throw new UserError(
        `${ownPaths.config}: dir cannot be ${JSON.stringify(dir)}, because of ${path}: ${problem}.`,
        { code: 'bad-usage', hint: 'Use a folder nearer to package.json.' },
      );
  }
  return { ...lock, dir, files: Object.fromEntries(files) };
}

function movePath(path: string, from: string, to: string): string {
  return path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
}

function parseFile(text: string, path: string, hint: string): unknown {
  if (/^<{7} /m.test(text))
    throw new UserError(`${path} has git conflict markers.`, {
      code: 'bad-lock',
      hint:
        'Keep one side (git checkout --ours or --theirs), ' +
        'then `add` the components of the other side.',
    });
  try {
    return parseJson(withoutBom(text));
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${oneLine(error)}.`, { code: 'bad-lock', hint });
  }
}

/** The message of a parser's error on one line: it may quote line breaks of the input. */
function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
}

function validate<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  path: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UserError(`${path} is not valid: ${firstProblem(result.error)}.`, {
    code: 'bad-lock',
    hint: `Restore it: git checkout ${path}`,
  });
}
