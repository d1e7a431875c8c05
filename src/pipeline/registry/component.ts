import type { Entries } from '../text/entries.ts';

/** What a file is for: `seed` is written once and then the user's; `rendered` follows from the selection. */
export type Role = 'source' | 'test' | 'seed' | 'rendered';

/** `from` is relative to the registry's or the templates' folder; `to` to `dir` (a component's) or the root (a template's). */
export type FileRef = { readonly from: string; readonly to: string; readonly role: Role };

/** One line of `.env.example`; `about` becomes the comment above it. Without a `required` one its component fails. */
export type EnvVar = {
  readonly name: string;
  readonly about: string;
  readonly value?: string;
  readonly required?: boolean;
};

/** A binding that a rendered file imports; `from` is relative to `dir`. */
export type Import = { readonly name: string; readonly from: string };

/** A slot that holds one thing. */
export type ExclusiveSlot = 'model' | 'store';

/**
 * What a component contributes to a rendered file, as data. `name` is imported from `from`; `value` is the source text
 * that uses it. A list slot (`tools`) holds many, by `key`; an exclusive one (`model`, `store`) holds one.
 */
export type Wire = Import & {
  readonly slot: ExclusiveSlot | 'tools';
  readonly key: string;
  readonly value: string;
  /** Further imports that `value` needs. */
  readonly uses?: readonly Import[];
};

/** Newest first; `sentence` is what `status` shows. */
export type Release = { readonly version: string; readonly sentence: string };

export type Component = {
  readonly name: string;
  /** How a question offers it; its name without one. */
  readonly title?: string;
  readonly summary: string;
  readonly factors: readonly number[];
  /** Names of the components that its imports, or for a bundle its purpose, need. */
  readonly requires: readonly string[];
  readonly files: readonly FileRef[];
  /** Package name to tested range. */
  readonly dependencies: Entries;
  readonly devDependencies: Entries;
  /** `{dir}` stands for the folder that the components are in, as in `nextSteps`. */
  readonly scripts: Entries;
  /** The variables it reads; the `required` ones it cannot do without. */
  readonly env: readonly EnvVar[];
  readonly wires: readonly Wire[];
  /** Lines that `.gitignore` needs, for what it writes when it runs. */
  readonly gitignore: readonly string[];
  /** `{dir}` stands for the folder that the components are in, `{run}` for what runs a command of an installed package. */
  readonly nextSteps: readonly string[];
  readonly changes: readonly Release[];
};

/** A whole project: a component whose files land relative to the project's root. */
export type Template = Component & {
  readonly title: string;
  /** What to type at the agent's first prompt. */
  readonly example: string;
};
