import { basename, relative } from 'node:path';

/** The words that run this program, before those of a command. */
export type Program = {
  readonly name: string;
  /** For commands with flags: `npm start` needs `--` before them. */
  readonly withFlags: string;
  /** For pipes: package managers print lines of their own. */
  readonly quiet: string;
};

type Env = Readonly<Record<string, string | undefined>>;

/** The program as it was started in the folder `cwd`, for hints. */
export function programOf([, file = '']: readonly string[], env: Env, cwd: string): Program {
  const quiet = runnerOf(file, cwd);
  const name = scriptOf(file, env) ?? quiet;
  if (name === 'npm start') return { name, withFlags: 'npm start --', quiet };
  return { name, withFlags: name, quiet };
}

function runnerOf(file: string, cwd: string): string {
  if (isStart(file)) return 'node start.js';
  const path = relative(cwd, file).replaceAll('\\', '/');
  return path.endsWith('.ts') ? `npx tsx ${path}` : `node ${path}`;
}

/** A test runner counts as `npm start`. */
function isStart(file: string): boolean {
  const testRunner = /node_modules[\\/](\.bin[\\/])?(vitest|tinypool)/;
  return file === '' || /(^|[\\/])start\.js$/.test(file) || testRunner.test(file);
}

/** The script of package.json that started this process, if one did. */
function scriptOf(file: string, env: Env): string | undefined {
  const { npm_lifecycle_event: event, npm_config_user_agent: agent } = env;
  const { npm_lifecycle_script: script = file } = env;
  const manager = /^(pnpm|yarn|bun)\//.exec(agent ?? '')?.[1] ?? 'npm';
  if (event === 'start') return `${manager} start`;
  if (isStart(file)) return 'npm start';
  // A package manager that runs a package's command gives one of these names.
  const runners = ['npx', 'exec', 'tsx', 'node'];
  if (event === undefined || runners.includes(event)) return undefined;
  // A shell that a script opened has the variables of that script.
  if (!script.includes(basename(file))) return undefined;
  if (manager === 'npm') return `npm run ${event} --`;
  return `${manager} run ${event}`;
}

/** The same program with `--url`. */
export function withUrl(program: Program, url: string | undefined): Program {
  if (!url) return program;
  // A shell may expand brackets.
  const flag = `--url ${url.includes('[') ? `"${url}"` : url}`;
  const name = `${program.withFlags} ${flag}`;
  return { name, withFlags: name, quiet: `${program.quiet} ${flag}` };
}

/** The arguments up to `--`, which may be flags. */
export function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

type TakenUrl = { readonly url?: string; readonly rest: readonly string[] };

/** Takes `--url <url>` out of the arguments. Empty if no url follows. */
export function takeUrl(argv: readonly string[]): TakenUrl {
  const options = beforeDashes(argv);
  const at = options.findIndex((option) => /^--url(=\S*)?$/.test(option));
  const [flag, next] = [options[at], options[at + 1]];
  if (flag === undefined) return { rest: argv };
  const start = argv.slice(0, at);
  const [, joined] = /^--url=(.*)$/.exec(flag) ?? [];
  if (joined !== undefined || next === undefined)
    return { url: joined ?? '', rest: [...start, ...argv.slice(at + 1)] };
  return { url: next, rest: [...start, ...argv.slice(at + 2)] };
}

/** The program without `--url`. */
export const localProgram = programOf(process.argv, process.env, process.cwd());
const { url } = takeUrl(process.argv.slice(2));
export const program = withUrl(localProgram, url);

/** Whether a line typed to the agent is a command for the shell. */
export function isForShell(line: string): boolean {
  return line.startsWith(localProgram.name.replace(/ --$/, ''));
}
