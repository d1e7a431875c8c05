import { relative } from 'node:path';
import type { Command, Commands, ServerFlag } from './types.ts';

/** The words that run this program, before those of a command. */
export type Program = {
  readonly name: string;
  /** For commands with flags: `npm start` needs `--` before them. */
  readonly withFlags: string;
  /** For pipes: package managers print lines of their own. */
  readonly quiet: string;
};

type Start = Pick<NodeJS.Process, 'argv' | 'env' | 'cwd'>;

/** The program as it was started, for hints. A test runner counts as start.js. */
export function programOf({ argv: [, file = '', ...rest], env, cwd }: Start): Program {
  const agent = env['npm_config_user_agent'] ?? '';
  const [manager] = /^(npm|pnpm|yarn|bun)/.exec(agent) ?? ['npm'];
  const path = file && relative(cwd(), file).replaceAll('\\', '/');
  const isStart = /^$|node_modules|(^|\/)start\.js$/.test(path);
  let quiet = `node ${isStart ? 'start.js' : path}`;
  const runners: Record<string, string> = { pnpm: 'pnpm exec', yarn: 'yarn', bun: 'bunx' };
  const runner = (!/^yarn\/[01]/.test(agent) && runners[manager]) || 'npx';
  if (path.endsWith('.ts')) quiet = `${runner} tsx ${path}`;
  let name = isStart ? 'npm start' : quiet;
  if (env['npm_lifecycle_event'] === 'start') name = `${manager} start`;
  const withFlags = name === 'npm start' ? 'npm start --' : name;
  const { url } = splitArguments(rest);
  if (!url) return { name, withFlags, quiet };
  const withUrl = `${withFlags} --url ${url}`;
  return { name: withUrl, withFlags: withUrl, quiet: `${quiet} --url ${url}` };
}

/**
 * Flags end at `--`, which marks a message if it comes first. An argument with a space
 * is a message. The values of `--url` and `--agent` are empty if none follows.
 */
export function splitArguments(argv: readonly string[]) {
  const rest = [...argv];
  const flags: string[] = [];
  const words: string[] = [];
  let url: string | undefined;
  let agent: string | undefined;
  let isMarked = false;
  for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
    if (next === '--') {
      isMarked = words.length === 0;
      words.push(...rest.splice(0));
    } else if (next === '--url') url = rest.shift() ?? '';
    else if (next.startsWith('--url=')) url = next.slice('--url='.length);
    else if (next === '--agent') agent = rest.shift() ?? '';
    else if (next.startsWith('--agent=')) agent = next.slice('--agent='.length);
    else if (/^-\S*$/.test(next)) flags.push(next);
    else words.push(next);
  }
  return { url, agent, flags, words, isMarked };
}

export const program = programOf(process);

const forShell = /^\/?(?:(?:show|watch|say|cancel|resume) t_[\w-]+( |$)|\w+ t_[\w-]+(:\d+( |$)|$))/;

/** Whether a line typed to the agent is for the shell. A question may have the id of a thread. */
export function isForShell(line: string): boolean {
  const [runner, script] = program.name.split(' ');
  return line.startsWith(`${runner} ${script}`) || forShell.test(line);
}

export const FOR_SHELL = 'That is for your shell: /quit first, or use a second terminal.';

/** Whether a line is a command of the conversation, such as `/quit`. */
export const isSlashCommand = (line: string): boolean => /^\/\w*(\s|$)/.test(line);

/** Each command as it is typed, and what it does. */
export function helpFor(commands: Commands, program: Program): string {
  const { name, withFlags, quiet } = program;
  const rows = [
    { typed: name, about: 'talk to the agent' },
    { typed: `${name} "what you want"`, about: 'start a thread' },
    { typed: `${withFlags} --agent name "..."`, about: 'of another agent in agent.ts' },
    ...Object.values(commands).map((entry) => rowOf(entry, program)),
    { typed: `${quiet} list --json`, about: 'all threads as JSON, for scripts' },
  ];
  const width = Math.max(...rows.map(({ typed }) => typed.length));
  const lines = rows.map(({ typed, about }) => `  ${typed.padEnd(width)}   ${about}`);
  lines.push('  A request shows its <call>, such as t_4k7x2p:7.');
  lines.push('  Quote a message that begins like a command.');
  if (withFlags !== name) lines.push('  npm needs -- before flags.');
  return lines.join('\n');
}

function rowOf(entry: Command | ServerFlag, { name, withFlags, quiet }: Program) {
  const { usage, about } = entry;
  if ('piped' in entry) return { typed: `${quiet} ${usage}`, about };
  return { typed: `${usage.includes('--') ? withFlags : name} ${usage}`, about };
}
