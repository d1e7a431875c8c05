import type { Entries } from '../text/entries.ts';

/**
 * The purpose of a file. A `seed` is written once and then belongs to the user. A `rendered` file
 * is generated from the wiring.
 */
export type Role = 'source' | 'test' | 'seed' | 'rendered';

/**
 * A file of a component or a template. `from` is relative to the folder of the registry or the
 * templates. `to` is relative to `dir` for a component, to the project's root for a template.
 */
export type FileRef = {
  readonly from: string;
  readonly to: string;
  readonly role: Role;
  /** Copied only into a project that wants all tests. Only a file with the role `test` has it. */
  readonly onlyWithAllTests?: true;
};

/**
 * The tests that a project gets: none, those that a user needs when they edit, or all, with those
 * that guard details of ours.
 */
export type TestChoice = boolean | 'all';

/** One variable of `.env.example`. `about` becomes the comment above it. */
export type EnvVar = {
  readonly name: string;
  readonly about: string;
  readonly value?: string;
  /** The component fails without it. */
  readonly required?: boolean;
};

/** A binding that a rendered file imports. `from` is relative to `dir`. */
export type Import = { readonly name: string; readonly from: string };

/** A slot that holds one wire. */
export type ExclusiveSlot = 'model' | 'store' | 'runner';

/** A slot that holds many wires, each under its key. `outbox` and `prefetch` hold one at most. */
export type ListSlot =
  'tools' | 'commands' | 'outbox' | 'channels' | 'triggers' | 'agents' | 'prefetch';

/**
 * An entry that a component contributes to a slot of a rendered file: `model`, `store`, `runner`,
 * `outbox`, `channels`, `triggers`, `agents` and `prefetch` of `agent.ts`, `tools` of `tools.ts`,
 * `commands` of `terminal/commands.ts`. `name` is imported from `from`. `value` is the source text
 * that uses it.
 */
export type Wire = Import & {
  readonly slot: ExclusiveSlot | ListSlot;
  readonly key: string;
  readonly value: string;
  /** Further imports that `value` needs. */
  readonly uses?: readonly Import[];
};

/** A version of a component. `status` shows its `sentence`. */
export type Release = { readonly version: string; readonly sentence: string };

/**
 * The files of earlier versions, by the path of the file that has their content now. A path is a
 * move. A list is a fold: its files, in this order, became one. Paths are relative to `dir`.
 */
export type Renamed = Readonly<Record<string, string | readonly string[]>>;

/** The files, packages and wires that `add` copies as one unit. */
export type Component = {
  readonly name: string;
  /** The label in a question, by default the name. */
  readonly title?: string;
  readonly summary: string;
  /** Numbers of the 12 factors that it implements. */
  readonly factors: readonly number[];
  /** Names of the components that it imports. A bundle requires all of its parts. */
  readonly requires: readonly string[];
  /** If all of these components are selected, and one of them is new, it is selected too. */
  readonly comesWith: readonly string[];
  readonly files: readonly FileRef[];
  /** The moves and folds of all earlier versions. Absent if there are none. */
  readonly renamed?: Renamed;
  /** Package name to tested range. */
  readonly dependencies: Entries;
  readonly devDependencies: Entries;
  /** The versions of Node that it runs on, if it needs more than the other components. */
  readonly engines?: { readonly node: string };
  /**
   * Scripts of package.json, by their names in a project that `create` made. `{dir}` stands for the
   * folder of the components.
   */
  readonly scripts: Entries;
  /** The environment variables that it reads. */
  readonly env: readonly EnvVar[];
  readonly wires: readonly Wire[];
  /** Lines of `.gitignore` for the files that it writes at run time. */
  readonly gitignore: readonly string[];
  /**
   * `{dir}` stands for the folder of the components, `{run}` for the command prefix that runs an
   * installed package, `{tool}` for the command that runs this tool, `{script:<name>}` for the
   * command that runs a script of the component.
   */
  readonly nextSteps: readonly string[];
  /** Newest first. */
  readonly changes: readonly Release[];
};

/** A whole project to start from. Its files are relative to the project's root. */
export type Template = Component & {
  readonly title: string;
  /** An example of a first message to the agent. */
  readonly example: string;
};
