import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { builtIn, openRegistry } from '../io/open-registry.ts';
import type { Registry } from '../pipeline/registry/registry-json.ts';
import type { Terminal } from '../ui/terminal.ts';

/** The options that every command has. */
export type Flags = {
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly cwd: string;
  readonly registry?: string;
};

/** What a command runs in: everything of the process that it may use. */
export type Context = {
  /** Our own package. */
  readonly home: URL;
  readonly version: string;
  /** The folder that whoever started us is in, which printed commands start from. */
  readonly here: string;
  readonly terminal: Terminal;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly userAgent: string | undefined;
  /** Sets the exit code of a command that does not fail: 1 for news, 2 for what is left to a person. */
  readonly exit: (code: 1 | 2) => void;
};

/** Opens the registry in our own package. */
export function openBuiltIn({ home }: Context): Promise<Registry> {
  return openRegistry(fileURLToPath(new URL('registry/', home)), builtIn);
}

/** The folder that `--registry` names; none for the one in our package, which goes by name as well. */
export function registryFolder({ cwd, registry }: Flags): string | undefined {
  return registry === undefined || registry === builtIn ? undefined : resolve(cwd, registry);
}

/** Opens the registry that the flags name, else the one in our package. */
export async function openNamed(flags: Flags, setting: Context): Promise<Registry> {
  const folder = registryFolder(flags);
  return folder === undefined
    ? openBuiltIn(setting)
    : openRegistry(folder, flags.registry ?? folder);
}

/** The options of `create`. */
export type CreateFlags = Flags & {
  readonly template?: string;
  readonly model?: string;
  readonly store?: string;
  /** Further components. */
  readonly with?: readonly string[];
  readonly pm?: string;
  readonly install: boolean;
  readonly git: boolean;
};
