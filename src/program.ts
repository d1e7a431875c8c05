import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { AddFlags } from './commands/add.ts';
import type { WriteFlags } from './steps/apply-changes.ts';
import type { CreateFlags, Flags, Context } from './steps/context.ts';
import type { DiffFlags } from './commands/diff.ts';
import type { RemoveFlags } from './commands/remove.ts';
import { notYet, planned } from './pipeline/resolve/project-name.ts';

const tool = 'create-12-factor-agent';
const onConflict = ['fail', 'skip', 'overwrite', 'markers'] as const;
const examples = {
  create: [
    '',
    'my-agent --yes',
    'my-agent --template minimal --model anthropic',
    '. --yes --no-git',
  ],
  list: ['list', 'list store', 'list --json'],
  view: ['view loop', 'view loop --json'],
  add: ['add agent', 'add context --dir src/bot', 'add model-anthropic --use'],
  update: ['update', 'update loop --dry-run', 'update --on-conflict markers'],
  remove: ['remove model-anthropic'],
  undo: ['undo', 'undo --dry-run'],
  status: ['status', 'status --check'],
  doctor: ['doctor', 'doctor --json'],
  diff: ['diff', 'diff context', 'diff | git apply --allow-empty'],
};

/** The command line: what each command takes, and what its help says. A command's code loads when it runs. */
export function program(setting: Context): Command {
  const root = new Command(tool)
    .description('A small LLM agent, copied into your repo as source you own.')
    .version(setting.version, '-v, --version')
    .addHelpText('after', shown([...examples.create, 'list', 'view loop']))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });

  common(
    root
      .command('create [dir]', { isDefault: true })
      .description('make a new project (the default)'),
    examples.create,
  )
    .option('--template <name>', 'what to start from: starter, minimal')
    .option(
      '--model <name>',
      'the model to wire: scripted, anthropic, openai, openai-compatible, manual, ai-sdk',
    )
    .option('--store <name>', 'where threads are kept: file, memory, postgres, redis, sqlite')
    .option('--with <names>', 'further components, separated by commas', (names: string) =>
      names.split(','),
    )
    .option('--pm <name>', 'npm, pnpm, yarn or bun')
    .option('--no-install', 'do not install packages')
    .option('--no-git', 'do not make a repository')
    .action(async (dir: string | undefined, flags: Partial<CreateFlags>) => {
      const { commands } = await import('./commands/commands.ts');
      await commands.create(dir, { install: true, git: true, ...whole(flags) }, setting);
    });

  common(
    root.command('list [word]').description('show the catalogue, or what has a word'),
    examples.list,
  )
    .aliases(['ls', 'search'])
    .action(async (word: string | undefined, flags: Partial<Flags>) => {
      const { commands } = await import('./commands/commands.ts');
      await commands.list(word, whole(flags), setting);
    });

  common(root.command('view <component>').description('show one component'), examples.view).action(
    async (component: string, flags: Partial<Flags>) => {
      const { commands } = await import('./commands/commands.ts');
      await commands.view(component, whole(flags), setting);
    },
  );
  const writes = (command: Command) =>
    command
      .option('--no-install', 'do not install packages')
      .option('--pm <name>', 'npm, pnpm, yarn or bun')
      .addOption(
        new Option('--on-conflict <choice>', 'what to do where both changed a file').choices([
          ...onConflict,
        ]),
      );

  writes(
    common(
      root.command('add <component...>').description('copy components into this repo'),
      examples.add,
    ),
  )
    .option('--dir <folder>', 'where the first ones go; src/agent by default', (dir: string) =>
      dir.replace(/^\.\//, '').replace(/\/+$/, ''),
    )
    .option('--use', 'wire it, where another one fills its place')
    .action(async (names: string[], flags: Partial<AddFlags>) => {
      const { commands } = await import('./commands/commands.ts');
      await commands.add(names, { install: true, use: false, ...whole(flags) }, setting);
    });

  writes(
    common(
      root.command('update [component...]').description('merge our fixes into your files'),
      examples.update,
    ),
  )
    .alias('upgrade')
    .action(async (names: string[], flags: Partial<WriteFlags>) => {
      const { commands } = await import('./commands/commands.ts');
      await commands.update(names, { install: true, ...whole(flags) }, setting);
    });

  writes(
    common(
      root.command('remove <component...>').description('take components out again'),
      examples.remove,
    ),
  )
    .alias('rm')
    .option('--force', 'delete files that you have edited, too')
    .action(async (names: string[], flags: Partial<RemoveFlags>) => {
      const { commands } = await import('./commands/commands.ts');
      await commands.remove(names, { install: true, force: false, ...whole(flags) }, setting);
    });

  common(
    root.command('undo').description('put back what the last command changed'),
    examples.undo,
  ).action(async (flags: Partial<Flags>) => {
    const { commands } = await import('./commands/commands.ts');
    await commands.undo(whole(flags), setting);
  });

  common(
    root.command('status').description('what you edited, and what upstream has new'),
    examples.status,
  )
    .alias('outdated')
    .option('--check', 'exit 1 when there is news, for CI')
    .action(async (flags: Partial<Flags & { check: boolean }>) => {
      const { commands } = await import('./commands/commands.ts');
      await commands.status({ check: false, ...whole(flags) }, setting);
    });

  common(
    root.command('diff [name]').description('your changes and upstream’s, told apart'),
    examples.diff,
  )
    .option('--yours', 'in a pipe: your changes instead of upstream’s')
    .action(async (name: string | undefined, flags: Partial<DiffFlags>) => {
      const { commands } = await import('./commands/commands.ts');
      await commands.diff(name, { yours: false, ...whole(flags) }, setting);
    });

  common(
    root.command('doctor').description('check what is installed, and what it needs'),
    examples.doctor,
  ).action(async (flags: Partial<Flags>) => {
    const { doctor } = await import('./commands/doctor.ts');
    await doctor(whole(flags), setting);
  });

  for (const word of planned) {
    const command = root.command(`${word} [rest...]`, { hidden: true }).allowUnknownOption();
    command.action(() => {
      throw notYet(word);
    });
  }
  return root;
}

function common(command: Command, lines: readonly string[]): Command {
  return command
    .option('--yes', 'take the default for what no flag says')
    .option('--json', 'print one JSON document, and logs on stderr')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--cwd <folder>', 'where to start from')
    .option('--registry <folder>', 'take components from this folder, or from built-in')
    .addHelpText('after', shown(lines));
}

/** The flags with what was not given, and `cwd` absolute. */
function whole<Given extends Partial<Flags>>(flags: Given): Given & Flags {
  return {
    ...flags,
    yes: flags.yes ?? false,
    json: flags.json ?? false,
    dryRun: flags.dryRun ?? false,
    cwd: resolve(flags.cwd ?? '.'),
  };
}

function shown(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((words) => `  npx ${tool}@latest ${words}`.trimEnd()).join('\n')}`;
}
