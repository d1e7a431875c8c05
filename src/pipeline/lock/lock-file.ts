import semver from 'semver';
import * as z from 'zod/mini';
import { UserError } from '../../errors.ts';
import { ownPaths } from './own-paths.ts';
import { pathProblem, protectedProblem } from '../text/safe-path.ts';
import { firstProblem, parseJson, wire } from '../registry/manifest-schema.ts';
import type { Entries } from '../text/entries.ts';
import type { Role, Wire } from '../registry/component.ts';
import type { Needs } from '../registry/needs.ts';

/** `12-factor.json`, which the user may edit. */
export type Config = { readonly dir: string; readonly registries: Entries };

/** `source` names the registry, `version` is that registry's, `hash` tells its content from any other. */
export type LockedComponent = {
  readonly source: string;
  readonly version: string;
  readonly hash: string;
  readonly requestedBy: string;
};

/** Hashes are sha256, hex. `base` is the text as rendered or fetched, `written` as this repo writes it, without edits. */
export type LockedFile = {
  readonly owner: string;
  readonly role: Role;
  readonly base: string;
  readonly written: string;
  /** It was left with conflict markers. */
  readonly conflicted?: boolean;
  /** The user kept a file of their own in its place: it was never ours. */
  readonly declined?: boolean;
};

/** What the shared files were given; only that is ever taken out again. `files`, and package.json's `sections`, were made for it. */
export type Contributed = Needs & {
  readonly files: readonly string[];
  readonly sections: readonly string[];
};

/** `.12-factor/lock.json`: what was copied, from where, by which version of the tool. */
export type Lock = {
  readonly format: 1;
  readonly tool: string;
  /** The folder that the components' files were written to. */
  readonly dir: string;
  readonly template?: string;
  readonly tests: boolean;
  /** Which component fills each exclusive slot. */
  readonly slots: Entries;
  /** Which components' models `agent.ts` lists besides; left out where there are none. */
  readonly models?: readonly string[];
  readonly components: Readonly<Record<string, LockedComponent>>;
  /** What each owner has wired. */
  readonly wires: Readonly<Record<string, readonly Wire[]>>;
  readonly contributed: Contributed;
  readonly files: Readonly<Record<string, LockedFile>>;
};

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/, 'must be a sha256'));
const entries = z.record(z.string(), z.string());
/** A lock comes with a repo that anybody may have written: it names nothing that a plan may not write. */
const ourPath = z
  .string()
  .check(
    z.refine(
      (path) => (pathProblem(path) ?? protectedProblem(path)) === undefined,
      'must be a path of ours',
    ),
  );
const relativePath = z
  .string()
  .check(z.refine((path) => pathProblem(path) === undefined, 'must be a plain path'));

const lockSchema = z.strictObject({
  format: z.literal(1),
  tool: z
    .string()
    .check(z.refine((version) => semver.valid(version) !== null, 'must be a version')),
  dir: ourPath,
  template: z.exactOptional(z.string()),
  tests: z.boolean(),
  slots: entries,
  models: z.exactOptional(z.array(z.string())),
  components: z.record(
    z.string(),
    z.strictObject({
      source: z.string(),
      version: z.string(),
      hash: sha256,
      requestedBy: z.string(),
    }),
  ),
  wires: z.record(z.string(), z.array(wire)),
  contributed: z.strictObject({
    dependencies: entries,
    devDependencies: entries,
    scripts: entries,
    env: entries,
    gitignore: z.array(z.string()),
    files: z.array(relativePath),
    sections: z.array(z.enum(['scripts', 'dependencies', 'devDependencies'])),
  }),
  files: z.record(
    ourPath,
    z.strictObject({
      owner: z.string(),
      role: z.enum(['source', 'test', 'seed', 'rendered']),
      base: sha256,
      written: sha256,
      conflicted: z.exactOptional(z.boolean()),
      declined: z.exactOptional(z.boolean()),
    }),
  ),
});

const configSchema = z.strictObject({
  $schema: z.exactOptional(z.string()),
  dir: relativePath,
  registries: z._default(entries, {}),
});

/** Reads `.12-factor/lock.json`. @throws UserError when it is not one, or a newer tool's */
export function parseLock(text: string): Lock {
  const value = read(
    text,
    ownPaths.lock,
    'git checkout .12-factor/lock.json brings the last good one back.',
  );
  const format =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'format') : undefined;
  if (typeof format === 'number' && format > 1)
    throw new UserError(`${ownPaths.lock} is in a format of a newer version.`, {
      code: 'older-tool',
      hint: 'Run this with create-12-factor-agent@latest.',
    });
  return checked(lockSchema, value, ownPaths.lock);
}

/** Reads `12-factor.json`. @throws UserError */
export function parseConfig(text: string): Config {
  const { dir, registries } = checked(
    configSchema,
    read(text, ownPaths.config, 'Correct it.'),
    ownPaths.config,
  );
  checkAgentDir(dir, `${ownPaths.config}: dir`);
  return { dir, registries };
}

/** Refuses a folder that components may not go into; `where` says who named it. @throws UserError */
export function checkAgentDir(dir: string, where: string): void {
  const problem = pathProblem(dir) ?? protectedProblem(dir);
  if (problem)
    throw new UserError(`${where} cannot be ${JSON.stringify(dir)}: ${problem}.`, {
      code: 'bad-usage',
      hint: 'It is a folder below package.json, as src/agent.',
    });
}

/** Refuses what an older tool would take back: the fixes of the newer one that wrote the lock. @throws UserError */
export function checkVersion(lock: Lock, tool: string, again: string): void {
  if (semver.gte(tool, lock.tool)) return;
  throw new UserError(
    `This project was written by ${lock.tool}; this is ${tool}, which is older.`,
    {
      code: 'older-tool',
      hint: `Run: ${again}`,
    },
  );
}

/** The lock with its files where the configuration has them: the user may move the whole folder. @throws UserError */
export function moveLockedFiles(lock: Lock, { dir }: Config): Lock {
  if (lock.dir === dir) return lock;
  const moved = (path: string) =>
    path.startsWith(`${lock.dir}/`) ? dir + path.slice(lock.dir.length) : path;
  const files = Object.entries(lock.files).map(([path, file]) => [moved(path), file] as const);
  for (const [path] of files) {
    const problem = pathProblem(path);
    if (problem !== undefined)
      throw new UserError(
        `${ownPaths.config}: dir cannot be ${JSON.stringify(dir)}: of ${path}, ${problem}.`,
        {
          code: 'bad-usage',
          hint: 'Let the folder be nearer to package.json.',
        },
      );
  }
  return { ...lock, dir, files: Object.fromEntries(files) };
}

function read(text: string, path: string, hint: string): unknown {
  if (/^<{7} /m.test(text))
    throw new UserError(`${path} has git's conflict markers in it.`, {
      code: 'bad-lock',
      hint: 'Take one side whole (git checkout --ours or --theirs), then run `add` for what the other side added.',
    });
  try {
    return parseJson(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${oneLine(error)}.`, { code: 'bad-lock', hint });
  }
}

/** Parsers quote what they choke on, line breaks included. */
const oneLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error)
    .replaceAll(/\s+/g, ' ')
    .replace(/\.$/, '');

function checked<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  path: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UserError(`${path} is not as this tool writes it: ${firstProblem(result.error)}.`, {
    code: 'bad-lock',
    hint: `git checkout ${path} brings the last good one back.`,
  });
}
