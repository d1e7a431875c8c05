import { resolve } from 'node:path';
import { Command } from 'commander';
import type { CreateFlags, Flags, Setting } from './commands/command.ts';
import { notYet, planned } from './pipeline/names.ts';

const tool = 'create-12-factor-agent';
const examples = {
  create: ['', 'my-agent --yes', 'my-agent --template minimal --model anthropic', '. --yes --no-git'],
  list: ['list', 'list store', 'list --json'],
  view: ['view loop', 'view loop --json'],
};

/** The command line: what each command takes, and what its help says. A command's code loads when it runs. */
export function program(setting: Setting): Command {
  const root = new Command(tool)
    .description('A small LLM agent, copied into your repo as source you own.')
    .version(setting.version, '-v, --version')
    .addHelpText('after', shown([...examples.create, 'list', 'view loop']))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });

  common(
    root.command('create [dir]', { isDefault: true }).description('make a new project (the default)'),
    examples.create,
  )
    .option('--template <name>', 'what to start from: starter, minimal')
    .option('--model <name>', 'the model to wire: scripted, anthropic, openai-compatible')
    .option('--store <name>', 'where threads are kept: file, memory')
    .option('--pm <name>', 'npm, pnpm, yarn or bun')
    .option('--no-install', 'do not install packages')
    .option('--no-git', 'do not make a repository')
    .action(async (dir: string | undefined, flags: Partial<CreateFlags>) => {
      const { create } = await import('./commands/create.ts');
      await create(dir, { install: true, git: true, ...whole(flags) }, setting);
    });

  common(root.command('list [word]').description('show the catalogue, or what has a word'), examples.list)
    .aliases(['ls', 'search'])
    .action(async (word: string | undefined, flags: Partial<Flags>) => {
      const { list } = await import('./commands/list.ts');
      await list(word, whole(flags), setting);
    });

  common(root.command('view <component>').description('show one component'), examples.view).action(
    async (component: string, flags: Partial<Flags>) => {
      const { view } = await import('./commands/view.ts');
      await view(component, whole(flags), setting);
    },
  );
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
    .option('--registry <folder>', 'take components from this folder')
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
