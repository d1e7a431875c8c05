import type { Role } from '../registry/component.ts';
import type { Needs } from '../registry/needs.ts';
import type { Config, Lock } from '../lock/lock-file.ts';
import type { ComponentAction } from '../resolve/request.ts';

export type WantedFile = {
  readonly path: string;
  readonly role: Role;
  readonly owner: string;
  /** Pristine: neither its imports nor its format are the repo's yet. */
  readonly text: string;
  /** What the same templates give for what is wired now; of rendered files of an installed project only. */
  readonly before?: string;
};

/** What the project should hold. */
export type Wanted = {
  readonly files: readonly WantedFile[];
  /** Texts of shared files in a new project, by path; elsewhere none. */
  readonly initialTexts: ReadonlyMap<string, string>;
  /** The name for a new package.json. */
  readonly name: string | undefined;
  /** Of what is fresh or renewed. */
  readonly needs: Needs;
  /** Names of packages, variables, scripts and lines that something fresh needs, whatever was done with them before. */
  readonly newNames: ReadonlySet<string>;
  /** Those that something which stays needs as well: how they read is not for what is renewed alone to say. */
  readonly namesInUse: ReadonlySet<string>;
  /** Those that stay even if nothing in `needs` has them. */
  readonly keepNames: ReadonlySet<string>;
  /** The only ones that may be taken out; all of them where it is `undefined`. */
  readonly removableNames: ReadonlySet<string> | undefined;
  readonly config: Config;
  /** Everything of the next lock but its files and what the shared files were given. */
  readonly lock: Omit<Lock, 'files' | 'contributed'>;
  /** Of every owner, by name. */
  readonly actions: ReadonlyMap<string, ComponentAction>;
  readonly nextSteps: readonly string[];
};
