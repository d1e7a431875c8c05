import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtIn, openRegistry } from '../io/open-registry.ts';
import { openTemplates } from '../io/open-templates.ts';
import type { Registry } from '../pipeline/registry/registry-json.ts';
import type { Templates } from '../pipeline/render/templates.ts';
import type { Terminal } from '../ui/terminal.ts';

/** The options of every command. */
export type Flags = {
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** Absolute. */
  readonly cwd: string;
  readonly registry?: string;
};

/** The surroundings of a command: everything of the process that it may use. */
export type Context = {
  /** The folder of our own package. */
  readonly home: URL;
  /** The version of the tool. */
  readonly version: string;
  /** The user's folder, absolute. Commands that we print start from it. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The version of Node that runs the tool. */
  readonly node: string;
  readonly terminal: Terminal;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** Sets the exit code of a run that does not fail: 1 for findings, 2 for work that is left. */
  readonly exit: (code: 1 | 2) => void;
};

/** The name and version of the package manager that started the tool, if one did. */
export function userAgentOf({ env }: Context): string | undefined {
  return env.npm_config_user_agent;
}

/** Opens the registry of our own package. */
export function openBuiltIn({ home }: Context): Promise<Registry> {
  return openRegistry(fileURLToPath(new URL('registry/', home)), builtIn);
}

/** Opens the templates of our own package. */
export function openOwnTemplates({ home }: Context): Promise<Templates> {
  return openTemplates(fileURLToPath(new URL('templates/', home)));
}

/** The folder that `--registry` names, absolute. Undefined for the built-in registry. */
export function registryFolder({ cwd, registry }: Flags): string | undefined {
  return registry === undefined || registry === builtIn ? undefined : resolve(cwd, registry);
}

/** Opens the registry that `--registry` names, by default the built-in one. */
export async function openNamed(flags: Flags, context: Context): Promise<Registry> {
  const folder = registryFolder(flags);
  if (folder === undefined) return openBuiltIn(context);
  return openRegistry(folder, flags.registry ?? folder);
}

/** The options of `create`. */
export type CreateFlags = Flags & {
  readonly template?: string;
  readonly model?: string;
  readonly store?: string;
  /** Further components. */
  readonly with?: readonly string[];
  readonly allTests: boolean;
  readonly pm?: string;
  readonly install: boolean;
  readonly git: boolean;
};
