/**
 * The nouns that the stages hand each other.
 *
 *     argv -ui/ask-> Request -resolve-> Selection -render-> Wanted -decide-> Decisions -plan-> Plan -io/transaction-> disk
 *                              ^ Catalogue                    ^ Project (lock, base and disk)
 */

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

/** `version` is the tool's that built it. `read` gives a file's text, by its `from`. */
export type Registry = {
  readonly source: string;
  readonly version: string;
  readonly components: readonly Component[];
  readonly read: (from: string) => Promise<string>;
};

/**
 * Components of one or more registries; `from` gives the one that a component is taken from. `ghosts` are installed, and
 * no registry has them: they have no files to give, and what they wire is as it was.
 */
export type Catalogue = {
  readonly components: readonly Component[];
  readonly ghosts: ReadonlySet<string>;
  readonly from: (component: string) => Pick<Registry, 'source' | 'version' | 'read'>;
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

/** `yarn` is 2 and later; `yarn-classic` is 1, the same program with other commands. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'yarn-classic' | 'bun';

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

/** What the user asked for, with every question answered, and what is there already. */
export type Request = {
  /** The project's name in its package.json. */
  readonly name: string;
  /** Where components' files go, relative to the root. */
  readonly dir: string;
  /** None when components are copied into a repo that exists. */
  readonly template: Template | undefined;
  /** Components that are there, in the order in which they came. */
  readonly installed: readonly Asked[];
  /** Components asked for now; what they require comes along. */
  readonly components: readonly Asked[];
  /** The component that is to fill a slot; one without an entry is left to the tool. */
  readonly slots: Entries;
  /** Components whose models `agent.ts` is to list for the policy, but for the one that fills the slot. */
  readonly models: readonly string[];
  /** Whether the project can run the components' tests. */
  readonly tests: boolean;
};

/** A component's name, and who wants it, as in `Picked`. */
export type Asked = { readonly name: string; readonly by: string };

/** `by` is `you`, `template`, or the component that requires it. */
export type Picked = { readonly component: Component; readonly by: string };

/** Where a file comes from, and its path from the project's root. */
export type Source = FileRef & { readonly origin: 'registry' | 'templates'; readonly owner: string };

/** What fills the slots of the rendered files. */
export type Wiring = {
  readonly model: Wire | undefined;
  /** Others that the policy may choose instead. */
  readonly models: readonly Wire[];
  readonly store: Wire | undefined;
  readonly tools: readonly Wire[];
};

/** Components come after what they require. */
export type Selection = {
  readonly request: Request;
  readonly picked: readonly Picked[];
  readonly files: readonly Source[];
  readonly wiring: Wiring;
  /** What the tool chose unasked, as sentences to say aloud. */
  readonly said: readonly string[];
};

/** What components need of package.json. */
export type Packages = { readonly dependencies: Entries; readonly devDependencies: Entries; readonly scripts: Entries };

/** What components need of the files that they share with everything else in the repo. */
export type Needs = Packages & {
  /** Variable name to its lines in `.env.example`. */
  readonly env: Entries;
  readonly gitignore: readonly string[];
};

/**
 * What becomes of who owns files, a component or a template: `fresh` and `renewed` ones become what their registry has,
 * `stays` is left as the lock has it, `leaves` is taken out.
 */
export type Standing = 'fresh' | 'renewed' | 'stays' | 'leaves';

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
  readonly starts: ReadonlyMap<string, string>;
  /** The name for a new package.json. */
  readonly name: string | undefined;
  /** Of what is fresh or renewed. */
  readonly needs: Needs;
  /** Names of packages, variables, scripts and lines that something fresh needs, whatever was done with them before. */
  readonly fresh: ReadonlySet<string>;
  /** Those that something which stays needs as well: how they read is not for what is renewed alone to say. */
  readonly held: ReadonlySet<string>;
  /** Those that stay even if nothing in `needs` has them. */
  readonly keeps: ReadonlySet<string>;
  /** The only ones that may be taken out; all of them where it is `undefined`. */
  readonly droppable: ReadonlySet<string> | undefined;
  readonly config: Config;
  /** Everything of the next lock but its files and what the shared files were given. */
  readonly lock: Omit<Lock, 'files' | 'contributed'>;
  /** Of every owner, by name. */
  readonly standing: ReadonlyMap<string, Standing>;
  readonly nextSteps: readonly string[];
};

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
export type Contributed = Needs & { readonly files: readonly string[]; readonly sections: readonly string[] };

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

/** Something of the user's that cannot be read as text or written over; `hash` is of its bytes, if it has any. */
export type Obstacle = { readonly why: string; readonly hash?: string };

/** What is there: texts by path, pristine texts by hash, and what is in the way. */
export type Project = {
  readonly lock: Lock | undefined;
  readonly bases: ReadonlyMap<string, string>;
  readonly disk: ReadonlyMap<string, string>;
  readonly obstacles: ReadonlyMap<string, Obstacle>;
};

/** `marked` is the text with conflict markers, where one could be made. */
export type Merged =
  | { readonly kind: 'merged'; readonly text: string }
  | { readonly kind: 'conflict'; readonly why: string; readonly marked?: string };

/** Merges two edits of one text; all three have LF line endings. */
export type Merge = (base: string, mine: string, theirs: string) => Promise<Merged>;

/** What happens to one file. `why` is there when the user should be told. */
export type Verdict =
  | { readonly kind: 'create' | 'take-theirs' | 'merged'; readonly text: string; readonly why?: string }
  | Conflict
  | { readonly kind: 'delete' | 'keep-mine' | 'unchanged'; readonly why?: string };

/**
 * `theirs` is what overwriting would write, `marked` what markers would; without either nothing can be chosen.
 * `unfinished` says that it waits for the user to take out the markers of the last one.
 */
export type Conflict = {
  readonly kind: 'conflict';
  readonly why: string;
  readonly unfinished?: boolean;
  readonly theirs?: string;
  readonly marked?: string;
};

/** What to do with a conflict. */
export type OnConflict = 'fail' | 'skip' | 'overwrite' | 'markers';

/** One file decided. `theirs` is upstream's pristine text, `before` what the lock says of the file now. */
export type Decision = {
  readonly path: string;
  readonly role: Role;
  readonly owner: string;
  readonly before: LockedFile | undefined;
  readonly mine: string | undefined;
  readonly theirs: string | undefined;
  /** What we wrote, and what upstream has, as this repo writes it. */
  readonly base: string | undefined;
  readonly here: string | undefined;
  /** By the user, since we wrote it. */
  readonly edited: boolean;
  readonly verdict: Verdict;
  /** It is to be written with conflict markers. */
  readonly marked?: boolean;
  /** The user keeps theirs. */
  readonly skipped?: boolean;
};

/** `role` is `shared` for a file edited by key, `own` for what the tool keeps for itself. */
export type Change = Verdict & {
  readonly path: string;
  readonly role: Role | 'shared' | 'own';
  /** The component; the file itself where it is nobody's. */
  readonly owner?: string;
  /** What was there. */
  readonly mine?: string;
};

/** Everything that a command will do. `install` lists the packages that package.json gains. */
export type Plan = {
  readonly changes: readonly Change[];
  readonly lock: Lock;
  readonly install: readonly string[];
  /** Packages that package.json loses. */
  readonly uninstall: readonly string[];
  readonly nextSteps: readonly string[];
};

/**
 * One file that a command changes. `before` is the sha256 (hex) of the bytes that the plan saw, `undefined` where there
 * was no file; `text` is what it becomes, `undefined` deletes it.
 */
export type Write = { readonly path: string; readonly before: string | undefined; readonly text: string | undefined };

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
  /** Told by its lock file or its package.json. */
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

/** How the copied files import each other: `.ts` as they are, `.js`, or without an extension. */
export type Specifiers = '.ts' | '.js' | '';

/** A TypeScript repo that exists: all that adding needs to know of it. */
export type Repo = {
  /** Absolute: the nearest folder with a package.json. */
  readonly root: string;
  /** The nearest folder upwards, itself included, with a `.git`. */
  readonly gitRoot: string | undefined;
  /** The workspace around the root. */
  readonly workspace: Workspace | undefined;
  /** The packages of the workspace that the root itself is the root of, relative to it; none where it is no such root. */
  readonly packages: readonly string[];
  readonly manager: PackageManager;
  /** Where components' files go, relative to the root. */
  readonly dir: string;
  readonly specifiers: Specifiers;
  /** Where an import of this name leads by the tsconfig's `paths`: paths from the root, the likeliest first. */
  readonly aliases: (name: string) => readonly string[];
  /** What TypeScript takes the copied files for. */
  readonly moduleFormat: 'esm' | 'commonjs';
  /** Settings to change before the copied code type-checks, as sentences. */
  readonly notes: readonly string[];
  /** Whether it can run the components' tests. */
  readonly tests: boolean;
  /** What is configured and installed. */
  readonly formatter: 'prettier' | 'biome' | undefined;
};

/** Formats texts as the user's repo would, by absolute path; `undefined` where it cannot or would not. */
export type Format = (
  files: readonly { readonly path: string; readonly text: string }[],
) => Promise<readonly (string | undefined)[]>;
