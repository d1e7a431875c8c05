import { Option } from 'commander';
import type { AddFlags } from './commands/add.ts';
import type { DiffFlags } from './commands/diff.ts';
import type { RemoveFlags } from './commands/remove.ts';
import type { StatusFlags } from './commands/status.ts';
import type { UpdateFlags } from './commands/update.ts';
import type { WriteFlags } from './steps/apply-changes.ts';
import type { Context, CreateFlags, Flags } from './steps/context.ts';

/** The flags of any command. */
export type GivenFlags = Flags &
  Partial<
    CreateFlags & WriteFlags & AddFlags & UpdateFlags & RemoveFlags & StatusFlags & DiffFlags
  >;

/** The input of one run of a command. `args` are its arguments in order. */
export type CommandInput = {
  readonly args: readonly string[];
  readonly flags: GivenFlags;
  readonly context: Context;
};

/** One command of the command line. `usage` and the options are in commander's notation. */
export type CommandSpec = {
  readonly usage: string;
  readonly about: string;
  readonly aliases?: readonly string[];
  readonly isDefault?: boolean;
  readonly options?: readonly Option[];
  /** Arguments after the tool's name. */
  readonly examples: readonly string[];
  /** Loads the command's code and runs it. */
  readonly run: (input: CommandInput) => Promise<void>;
};

const option = (flags: string, about: string): Option => new Option(flags, about);
const noInstall = option('--no-install', 'do not install packages');
const packageManager = option('--pm <name>', 'npm, pnpm, yarn, bun or deno');
const writeOptions = [
  noInstall,
  packageManager,
  option(
    '--on-conflict <choice>',
    'what to do with a file that you and upstream both changed',
  ).choices(['fail', 'skip', 'overwrite', 'markers']),
];
const allTests = option(
  '--all-tests',
  'copy all tests of the components, now and with later commands',
);
const withoutSlashes = (dir: string): string => dir.replace(/^\.\//, '').replace(/\/+$/, '');

/** The options of every command. */
export const commonOptions: readonly Option[] = [
  option('--yes', 'use the defaults for questions that no flag answers'),
  option('--json', 'print one JSON document, and logs on stderr'),
  option('--dry-run', 'show the changes and write nothing'),
  option('--cwd <folder>', 'the folder to start from'),
  option('--registry <folder>', 'the registry of the components: a folder, or built-in'),
];

const load = async () => (await import('./commands/commands.ts')).commands;

export const commandTable: readonly CommandSpec[] = [
  {
    usage: 'create [dir]',
    about: 'create a new project (the default)',
    isDefault: true,
    options: [
      option('--template <name>', 'the template to start from: starter, deploybot, minimal, empty'),
      option(
        '--model <name>',
        'the model to wire: scripted, anthropic, openai, openai-compatible, manual, ai-sdk',
      ),
      option('--store <name>', 'the store for threads: file, memory, postgres, redis, sqlite'),
      option('--with <names>', 'more components, separated by commas').argParser((names: string) =>
        names.split(','),
      ),
      allTests,
      packageManager,
      noInstall,
      option('--no-git', 'do not create a git repository'),
    ],
    examples: [
      '',
      'my-agent --yes',
      'my-agent --template minimal --model anthropic',
      '. --yes --no-git',
    ],
    run: async ({ args: [dir], flags, context }) => {
      const { create } = await load();
      await create(dir, { install: true, git: true, allTests: false, ...flags }, context);
    },
  },
  {
    usage: 'list [word]',
    about: 'show all components, or those that match a word',
    aliases: ['ls', 'search'],
    examples: ['list', 'list store', 'list --json'],
    run: async ({ args: [word], flags, context }) => {
      const { list } = await load();
      await list(word, flags, context);
    },
  },
  {
    usage: 'view <component>',
    about: 'show one component',
    examples: ['view loop', 'view loop --json'],
    run: async ({ args: [component = ''], flags, context }) => {
      const { view } = await load();
      await view(component, flags, context);
    },
  },
  {
    usage: 'add <component...>',
    about: 'copy components into this repo',
    options: [
      ...writeOptions,
      option(
        '--dir <folder>',
        'the folder for the first components; src/agent by default',
      ).argParser(withoutSlashes),
      option('--use', 'wire it instead of the current model or store'),
      allTests,
    ],
    examples: ['add agent', 'add context --dir src/bot', 'add model-anthropic --use'],
    run: async ({ args, flags, context }) => {
      const { add } = await load();
      await add(args, { install: true, use: false, allTests: false, ...flags }, context);
    },
  },
  {
    usage: 'update [component...]',
    about: 'merge our fixes into your files',
    aliases: ['upgrade'],
    options: [...writeOptions, allTests],
    examples: ['update', 'update loop --dry-run', 'update --on-conflict markers'],
    run: async ({ args, flags, context }) => {
      const { update } = await load();
      await update(args, { install: true, allTests: false, ...flags }, context);
    },
  },
  {
    usage: 'remove <component...>',
    about: 'remove components',
    aliases: ['rm'],
    options: [...writeOptions, option('--force', 'also delete files that you edited')],
    examples: ['remove model-anthropic'],
    run: async ({ args, flags, context }) => {
      const { remove } = await load();
      await remove(args, { install: true, force: false, ...flags }, context);
    },
  },
  {
    usage: 'undo',
    about: 'restore what the last command changed',
    examples: ['undo', 'undo --dry-run'],
    run: async ({ flags, context }) => {
      const { undo } = await load();
      await undo(flags, context);
    },
  },
  {
    usage: 'status',
    about: 'show what you edited, and what is new upstream',
    aliases: ['outdated'],
    options: [option('--check', 'exit 1 when something is new, for CI')],
    examples: ['status', 'status --check'],
    run: async ({ flags, context }) => {
      const { status } = await load();
      await status({ check: false, ...flags }, context);
    },
  },
  {
    usage: 'diff [name]',
    about: 'show your changes, and upstream’s, separately',
    options: [option('--yours', 'in a pipe: your changes instead of upstream’s')],
    examples: ['diff', 'diff context', 'diff | git apply --allow-empty'],
    run: async ({ args: [name], flags, context }) => {
      const { diff } = await load();
      await diff(name, { yours: false, ...flags }, context);
    },
  },
  {
    usage: 'doctor',
    about: 'check what is installed, and what it needs',
    examples: ['doctor', 'doctor --json'],
    run: async ({ flags, context }) => {
      // The only command that always loads a parser.
      const { doctor } = await import('./commands/doctor.ts');
      await doctor(flags, context);
    },
  },
];
