/**
 * The nouns that the stages hand each other.
 *
 *     argv -ui/ask-> Request -resolve-> Selection -render-> Wanted -plan-> Plan -ui/review-> Plan -io/apply-> disk
 *                              ^ Registry                     ^ Project (lock, base and disk)
 */

/** What a file is for: `seed` is written once and then the user's; `rendered` follows from the selection. */
export type Role = 'source' | 'test' | 'seed' | 'rendered';

/** `from` is relative to the registry's or the templates' folder; `to` to `dir` (a component's) or the root (a template's). */
export type FileRef = { readonly from: string; readonly to: string; readonly role: Role };

/** One line of `.env.example`; `about` becomes the comment above it. */
export type EnvVar = { readonly name: string; readonly about: string; readonly value?: string };

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

/** Package, script or variable name to its value. */
export type Entries = Readonly<Record<string, string>>;

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
  readonly scripts: Entries;
  /** The first is the one it cannot do without. */
  readonly env: readonly EnvVar[];
  readonly wires: readonly Wire[];
  readonly nextSteps: readonly string[];
  readonly changes: readonly Release[];
};

/** A whole project: a component whose files land relative to the project's root. */
export type Template = Component & {
  readonly title: string;
  /** What to type at the agent's first prompt. */
  readonly example: string;
};

/** `version` is the tool's that built it. `read` gives a file's text, by its `from`. */
export type Registry = {
  readonly source: string;
  readonly version: string;
  readonly components: readonly Component[];
  readonly read: (from: string) => Promise<string>;
};

/** Fills a precompiled handlebars template of ours. */
export type Renderer = (context: object) => string;

/** `renderers` holds every `.hbs` file, by its path in the templates' folder; `base` is in each of `offered`. */
export type Templates = {
  readonly base: Template;
  readonly offered: readonly Template[];
  readonly renderers: Readonly<Record<string, Renderer>>;
  readonly read: (from: string) => Promise<string>;
};

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** What the three questions of `create` ask; `model` is `undefined` for "decide later". */
export type Answers = { readonly dir: string; readonly template: string; readonly model: string | undefined };

/** The answers that flags gave already. */
export type Given = {
  readonly dir?: string | undefined;
  readonly template?: string | undefined;
  readonly model?: string | undefined;
};

/** One line of a question; `value` is what a flag would say. */
export type Choice = { readonly value: string; readonly label: string; readonly hint: string };

export type Choices = { readonly templates: readonly Choice[]; readonly models: readonly Choice[] };

/** What the user asked for, with every question answered. */
export type Request = {
  /** The project's name in its package.json. */
  readonly name: string;
  /** Where components' files go, relative to the root. */
  readonly dir: string;
  /** None when components are copied into a repo that exists. */
  readonly template: Template | undefined;
  /** Components asked for by name. */
  readonly components: readonly string[];
  /** Without its prefix, as in `--model anthropic`; `undefined` leaves it to the tool. */
  readonly model: string | undefined;
  readonly store: string | undefined;
  /** Whether the project can run the components' tests. */
  readonly tests: boolean;
};

/** `by` is `you`, `template`, or the component that requires it. */
export type Picked = { readonly component: Component; readonly by: string };

/** Where a file comes from, and its path from the project's root. */
export type Source = FileRef & { readonly origin: 'registry' | 'templates'; readonly owner: string };

/** What fills the slots of the rendered files. */
export type Wiring = {
  readonly model: Wire | undefined;
  readonly store: Wire | undefined;
  readonly tools: readonly Wire[];
};

/** Components come after what they require. */
export type Selection = {
  readonly request: Request;
  readonly picked: readonly Picked[];
  readonly files: readonly Source[];
  readonly wiring: Wiring;
  readonly env: readonly EnvVar[];
  readonly packages: Packages;
  /** What the tool chose unasked, as sentences to say aloud. */
  readonly said: readonly string[];
};

/** What the selection needs of package.json. */
export type Packages = { readonly dependencies: Entries; readonly devDependencies: Entries; readonly scripts: Entries };

export type WantedFile = {
  readonly path: string;
  readonly role: Role;
  readonly owner: string;
  readonly text: string;
};

/** A file that is edited by key; `start` is its text where the project has none yet. */
export type Shared<What> = { readonly start: string; readonly add: What };

/** What the project should hold. */
export type Wanted = {
  readonly files: readonly WantedFile[];
  readonly packageJson: Shared<Packages & { readonly name: string | undefined }>;
  readonly envExample: Shared<readonly EnvVar[]>;
  readonly gitignore: Shared<readonly string[]>;
  readonly config: Config;
  /** Everything of the next lock but its files. */
  readonly lock: Omit<Lock, 'files'>;
  readonly nextSteps: readonly string[];
};

/** `12-factor.json`, which the user may edit. */
export type Config = { readonly dir: string; readonly registries: Entries };

export type LockedComponent = { readonly source: string; readonly hash: string; readonly requestedBy: string };

/** Hashes are sha256, hex. `base` is the text as rendered or fetched, `written` as it was put on disk. */
export type LockedFile = {
  readonly owner: string;
  readonly role: Role;
  readonly base: string;
  readonly written: string;
  readonly conflicted?: boolean;
};

/** `.12-factor/lock.json`: what was copied, from where, by which version of the tool. */
export type Lock = {
  readonly format: 1;
  readonly tool: string;
  readonly template?: string;
  readonly tests: boolean;
  /** Which component fills each exclusive slot. */
  readonly slots: Entries;
  readonly components: Readonly<Record<string, LockedComponent>>;
  readonly files: Readonly<Record<string, LockedFile>>;
};

/** What is there: texts by path, pristine texts by hash. */
export type Project = {
  readonly lock: Lock | undefined;
  readonly bases: ReadonlyMap<string, string>;
  readonly disk: ReadonlyMap<string, string>;
};

/** One file's three texts; `known` says that our lock names it, so a missing `base` is a lost one. */
export type Sides = {
  readonly known: boolean;
  readonly base: string | undefined;
  readonly mine: string | undefined;
  readonly theirs: string | undefined;
};

export type Merged =
  { readonly kind: 'merged'; readonly text: string } | { readonly kind: 'conflict'; readonly why: string };

/** Merges two edits of one text. */
export type Merge = (base: string, mine: string, theirs: string) => Promise<Merged>;

/** What happens to one file. `why` is there when the user should be told. */
export type Verdict =
  | { readonly kind: 'create' | 'take-theirs' | 'merged'; readonly text: string; readonly why?: string }
  | { readonly kind: 'conflict'; readonly why: string }
  | { readonly kind: 'delete' | 'keep-mine' | 'unchanged'; readonly why?: string };

/** `role` is `shared` for a file edited by key, `own` for what the tool keeps for itself. */
export type Change = Verdict & { readonly path: string; readonly role: Role | 'shared' | 'own' };

/** Everything that a command will do. `install` lists the packages that package.json gains. */
export type Plan = {
  readonly changes: readonly Change[];
  readonly lock: Lock;
  readonly install: readonly string[];
  readonly nextSteps: readonly string[];
};

/** Where a project is to be: all that deciding needs to know of the disk around it. */
export type Place = {
  /** Absolute. */
  readonly root: string;
  /** What the folder holds; `undefined` where there is none. */
  readonly entries: readonly string[] | undefined;
  /** False where something else has the name. */
  readonly isFolder: boolean;
  /** The nearest folder upwards, itself included, with a `.git`. */
  readonly gitRoot: string | undefined;
  readonly workspace: Workspace | undefined;
};

/** A repo of several packages around the project; `covers` says whether it takes the project in. */
export type Workspace = {
  readonly root: string;
  readonly covers: boolean;
  /** Told by its lock file. */
  readonly manager: PackageManager | undefined;
};

/** What follows once the files are there. */
export type Setup = {
  readonly manager: PackageManager;
  /** Absolute: the project, or the root of the workspace that it belongs to. */
  readonly installIn: string;
  /** Whether a workspace around the project does not take it in. */
  readonly outside: boolean;
  readonly install: boolean;
  readonly commit: boolean;
  readonly warnings: readonly string[];
};

/** How the steps after the files went. */
export type Outcome = { readonly installed: boolean; readonly git: 'committed' | 'uncommitted' | 'no-git' | 'skipped' };

/** What `create` says last: commands with what they do, what to read, and the same command with flags. */
export type Closing = {
  readonly next: readonly { readonly command: string; readonly about: string }[];
  readonly notes: readonly string[];
  readonly read: string;
  readonly again: string;
};
