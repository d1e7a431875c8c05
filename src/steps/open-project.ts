import { relative, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { openFormatter } from '../io/formatter.ts';
import { mergeTexts } from '../io/merge-texts.ts';
import { findRoot } from '../io/find-root.ts';
import { type Installed, readInstalled } from '../io/read-installed.ts';
import { builtIn, openRegistry } from '../io/open-registry.ts';
import { inspectRepo } from '../io/inspect-repo.ts';
import { recover } from '../io/transaction/transaction.ts';
import type { InstalledState } from '../pipeline/resolve/change-request.ts';
import { combineRegistries } from '../pipeline/resolve/catalogue.ts';
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

/** A repo with what is installed in it, and all that deciding about it needs. */
export type Opened = InstalledState & {
  readonly repo: Repo;
  readonly installed: Installed;
  readonly allTemplates: Templates;
  readonly tools: Tools;
};

export type OpenFlags = Flags & {
  readonly dir?: string;
  readonly pm?: string;
  /** The registry that is named gives what is installed as well, and not only what is new. */
  readonly replaces?: boolean;
};

/** Opens the repo around the working folder; what a killed run left there is finished first. @throws UserError */
export async function openProject(flags: OpenFlags, context: Context): Promise<Opened> {
  const root = await findRoot(flags.cwd);
  await recover(root);
  const installed = await readInstalled(root);
  const dir = installed.config?.dir ?? flags.dir;
  const repo = await inspectRepo(root, {
    ...flags,
    userAgent: userAgentOf(context),
    ...(dir === undefined ? {} : { dir }),
  });
  const allTemplates = await openOwnTemplates(context);
  const { lock } = installed;
  return {
    repo,
    installed,
    lock,
    config: { registries: {}, ...installed.config, dir: repo.dir },
    tests: repo.tests,
    templates: allTemplates.offered,
    allTemplates,
    catalogue: combineRegistries(await openSources(flags, context, repo.root, lock), lock),
    tools: toolsFor(repo, context),
  };
}

function toolsFor({ root, formatter, specifiers }: Repo, { env }: Context): Tools {
  const format = openFormatter(root, formatter, env);
  return {
    merge: (base, mine, theirs) => mergeTexts(base, mine, theirs, env),
    specifiers,
    format: (files) => format(files.map((file) => ({ ...file, path: resolve(root, file.path) }))),
  };
}

/** What to do where only the lock is gone. */
export const bringBackLock =
  'If it was committed: git checkout .12-factor/lock.json; else add again what was here.';

/** The same for a command that needs something to be installed. @throws UserError when nothing is */
export async function openInstalled(
  flags: OpenFlags,
  context: Context,
): Promise<Opened & { readonly lock: Lock }> {
  const opened = await openProject(flags, context);
  const { lock, repo, installed } = opened;
  if (lock) return { ...opened, lock };
  if (installed.config)
    throw new UserError(`${repo.root} has a 12-factor.json, but no .12-factor/lock.json.`, {
      code: 'not-found',
      hint: bringBackLock,
    });
  throw new UserError(
    `Nothing of ours is installed in ${repo.root}: there is no .12-factor/lock.json.`,
    {
      code: 'not-found',
      hint: `Begin with: ${runTool(repo.manager)} add agent`,
    },
  );
}

/** And for one that writes, `words` being how it was called: an older tool would take back what a newer one fixed. @throws UserError */
export async function openForWriting(
  words: readonly string[],
  flags: OpenFlags,
  context: Context,
): Promise<Opened & { readonly lock: Lock }> {
  const opened = await openInstalled(flags, context);
  checkVersion(opened.lock, context.version, [runTool(opened.repo.manager), ...words].join(' '));
  return opened;
}

async function openSources(
  flags: OpenFlags,
  context: Context,
  root: string,
  lock: Lock | undefined,
) {
  const { replaces = false } = flags;
  const own = await openBuiltIn(context);
  const folder = registryFolder(flags);
  const named = folder === undefined ? own : await openRegistry(folder, sourceOf(folder, root));
  const others = [...new Set(Object.values(lock?.components ?? {}).map(({ source }) => source))];
  const locked = await Promise.all(
    others.map(async (source) => [source, await reopen(source, root, own)] as const),
  );
  return {
    named,
    replaces,
    locked: new Map(locked.flatMap(([source, found]) => (found ? [[source, found] as const] : []))),
  };
}

/** How the lock names a folder: from the root, so that it holds for everybody who has both. */
const sourceOf = (folder: string, root: string): string =>
  relative(root, folder).replaceAll('\\', '/') || '.';

async function reopen(source: string, root: string, own: Registry): Promise<Registry | undefined> {
  if (source === builtIn) return own;
  try {
    return await openRegistry(resolve(root, source), source);
  } catch (error) {
    if (error instanceof UserError && error.code === 'not-found') return undefined;
    throw error;
  }
}
