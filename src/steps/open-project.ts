import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { definedEntries } from '../io/defined-entries.ts';
import { openFormatter } from '../io/formatter.ts';
import { mergeTexts } from '../io/merge-texts.ts';
import { findRoot } from '../io/find-root.ts';
import { type Installed, readInstalled } from '../io/read-installed.ts';
import { builtIn, openRegistry } from '../io/open-registry.ts';
import { inspectRepo } from '../io/inspect-repo.ts';
import { recover } from '../io/transaction/transaction.ts';
import type { InstalledState } from '../pipeline/resolve/change-request.ts';
import { combineRegistries, type Sources } from '../pipeline/resolve/catalogue.ts';
import type { Tools } from '../pipeline/decide/decide.ts';
import { type Lock, checkVersion } from '../pipeline/lock/lock-file.ts';
import { runTool } from '../pipeline/repo/package-manager.ts';
import type { Registry } from '../pipeline/registry/registry-json.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import type { Templates } from '../pipeline/render/templates.ts';
import {
  openBuiltIn,
  openOwnTemplates,
  registryFolder,
  userAgentOf,
  type Context,
  type Flags,
} from './context.ts';
import { relativePath } from '../pipeline/text/relative-path.ts';

/** A repo, its installed components, and everything that a command needs to change them. */
export type Opened = InstalledState & {
  readonly repo: Repo;
  readonly installed: Installed;
  readonly allTemplates: Templates;
  readonly tools: Tools;
};

/** An opened repo that has a lock file. */
export type OpenedInstalled = Opened & { readonly lock: Lock };

export type OpenFlags = Flags & {
  readonly dir?: string;
  readonly pm?: string;
  /** Whether `--registry` also replaces the registries of the installed components. */
  readonly replaces?: boolean;
  /** Whether the command may run the repo's formatter. With `--dry-run` none does. */
  readonly formats?: boolean;
};

/**
 * Opens the repo around the working folder. Before, it finishes or discards the transaction of a
 * killed run. @throws UserError
 */
export async function openProject(flags: OpenFlags, context: Context): Promise<Opened> {
  const root = await findRoot(flags.cwd);
  await recover(root);
  const installed = await readInstalled(root);
  const { lock, config } = installed;
  const repo = await inspectRepo(root, {
    pm: flags.pm,
    dir: config?.dir ?? flags.dir,
    userAgent: userAgentOf(context),
    node: context.node,
  });
  const allTemplates = await openOwnTemplates(context);
  return {
    repo,
    installed,
    lock,
    config: { registries: {}, ...config, dir: repo.dir },
    tests: repo.tests.kind === 'run',
    canRunTests: repo.tests.kind !== 'no vitest',
    templates: allTemplates.offered,
    allTemplates,
    catalogue: combineRegistries(await openSources(flags, context, repo.root, lock), lock),
    tools: toolsFor(repo, (flags.formats ?? false) && !flags.dryRun, context),
  };
}

function toolsFor(
  { root, formatter, specifiers, zodImport }: Repo,
  formats: boolean,
  { env }: Context,
): Tools {
  const format = openFormatter(root, formats ? formatter : undefined, env);
  return {
    merge: (base, mine, theirs) => mergeTexts(base, mine, theirs, env),
    specifiers,
    zodImport,
    format: (files) => format(files.map((file) => ({ ...file, path: resolve(root, file.path) }))),
  };
}

/** The hint if only the lock file is missing. */
export const restoreLockHint =
  'If it was committed: git checkout .12-factor/lock.json. If not, add the components again.';

/** Opens a repo that has components installed. @throws UserError if it has none */
export async function openInstalled(flags: OpenFlags, context: Context): Promise<OpenedInstalled> {
  const opened = await openProject(flags, context);
  const { lock, repo, installed } = opened;
  if (lock) return { ...opened, lock };
  if (installed.config)
    throw new UserError(`${repo.root} has a 12-factor.json, but no .12-factor/lock.json.`, {
      code: 'not-found',
      hint: restoreLockHint,
    });
  throw new UserError(
    `No components are installed in ${repo.root}: there is no .12-factor/lock.json.`,
    {
      code: 'not-found',
      hint: `Start with: ${runTool(repo.manager)} add agent`,
    },
  );
}

/**
 * Opens a repo for a command that writes. `words` are the arguments of the command. Refuses a lock
 * file of a newer tool, because this tool would revert its fixes. @throws UserError
 */
export async function openForWriting(
  words: readonly string[],
  flags: OpenFlags,
  context: Context,
): Promise<OpenedInstalled> {
  const opened = await openInstalled(flags, context);
  const command = [runTool(opened.repo.manager), ...words].join(' ');
  checkVersion(opened.lock, context.version, command);
  return opened;
}

/** Opens the registry that was named and those of the installed components. */
async function openSources(
  flags: OpenFlags,
  context: Context,
  root: string,
  lock: Lock | undefined,
): Promise<Sources> {
  const own = await openBuiltIn(context);
  const folder = registryFolder(flags);
  const named = folder === undefined ? own : await openRegistry(folder, sourceOf(folder, root));
  const sources = new Set(Object.values(lock?.components ?? {}).map(({ source }) => source));
  const open = async (source: string) => [source, await openLocked(source, root, own)] as const;
  const locked = definedEntries(await Promise.all([...sources].map(open)));
  return { named, replaces: flags.replaces ?? false, locked };
}

/** Returns a registry's name in the lock file. It is relative, to be the same for all users. */
function sourceOf(folder: string, root: string): string {
  return relativePath(root, folder) || '.';
}

/** Opens a registry by its name in the lock file. Undefined if it does not exist. */
async function openLocked(
  source: string,
  root: string,
  own: Registry,
): Promise<Registry | undefined> {
  if (source === builtIn) return own;
  try {
    return await openRegistry(resolve(root, source), source);
  } catch (error) {
    if (error instanceof UserError && error.code === 'not-found') return undefined;
    throw error;
  }
}
