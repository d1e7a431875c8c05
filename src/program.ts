import { resolve } from 'node:path';
import { Command } from 'commander';
import { commandTable, commonOptions, type CommandSpec, type GivenFlags } from './command-table.ts';
import { plannedCommandError, plannedCommands } from './pipeline/resolve/project-name.ts';
import type { Context } from './steps/context.ts';

const tool = 'create-12-factor-agent';

/** Builds the command-line parser from the command table. */
export function program(context: Context): Command {
  const root = new Command(tool)
    .description('A small LLM agent, copied into your repo as source you own.')
    .version(context.version, '-v, --version')
    .addHelpText('after', helpExamples([...(commandTable[0]?.examples ?? []), 'list', 'view loop']))
    .exitOverride()
    .configureOutput({
      writeOut: context.terminal.write,
      writeErr: () => undefined,
      getOutHelpWidth: () => helpWidth(context),
    });
  for (const spec of commandTable) addCommand(root, spec, context);
  for (const word of plannedCommands) {
    root
      .command(`${word} [rest...]`, { hidden: true })
      .allowUnknownOption()
      .action(() => {
        throw plannedCommandError(word);
      });
  }
  return root;
}

function addCommand(root: Command, spec: CommandSpec, context: Context): void {
  const { usage, about, aliases = [], isDefault = false, options = [], examples, run } = spec;
  const command = root.command(usage, { isDefault }).description(about).aliases(aliases);
  for (const one of [...commonOptions, ...options]) command.addOption(one);
  command.addHelpText('after', helpExamples(examples));
  command.action(async () => {
    const args: unknown[] = command.processedArgs.flat();
    await run({
      args: args.filter((arg) => typeof arg === 'string'),
      flags: completeFlags(command.opts(), context),
      context,
    });
  });
}

/** Adds the defaults of the common flags, and makes `cwd` absolute. */
function completeFlags(given: Partial<GivenFlags>, context: Context): GivenFlags {
  const { yes = false, json = false, dryRun = false, cwd = '.' } = given;
  return { ...given, yes, json, dryRun, cwd: resolve(context.cwd, cwd) };
}

function helpExamples(examples: readonly string[]): string {
  const lines = examples.map((words) => `  npx ${tool}@latest ${words}`.trimEnd());
  return `\nExamples:\n${lines.join('\n')}`;
}

function helpWidth({ terminal: { columns } }: Context): number {
  return columns === Infinity ? 80 : columns;
}
