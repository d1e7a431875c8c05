import { basename, relative } from 'node:path';

/** What a person types before a command to start this program again. */
export type Program = {
  readonly name: string;
  /** Before a command with flags: `npm start` passes flags on only behind `--`. */
  readonly withFlags: string;
  /** In pipes: package managers print lines of their own before the output. */
  readonly quiet: string;
};

type Env = Readonly<Record<string, string | undefined>>;

/** The program as it was started in the folder `cwd`, for hints that can be typed as they are. */
export function programOf(argv: readonly string[], env: Env, cwd: string): Program {
  const [, file = ''] = argv;
  const quiet = isStartScript(file) ? 'node start.js' : runFile(relative(cwd, file));
  const name = scriptOf(file, env) ?? quiet;
  return { name, withFlags: name === 'npm start' ? 'npm start --' : name, quiet };
}

/** Tests count as `npm start`: their output does not depend on their runner. */
const isStartScript = (file: string): boolean =>
  file === '' || /(^|[\\/])(start\.js$|node_modules[\\/](\.bin[\\/])?(vitest|tinypool))/.test(file);

const runFile = (path: string): string =>
  `${path.endsWith('.ts') ? 'npx tsx' : 'node'} ${path.replaceAll('\\', '/')}`;

/** The script of package.json that started this process; undefined if none did. */
function scriptOf(file: string, env: Env): string | undefined {
  const { npm_lifecycle_event: name, npm_config_user_agent: agent = '' } = env;
  const { npm_lifecycle_script: script = file } = env;
  const manager = /^(pnpm|yarn|bun)\//.exec(agent)?.[1] ?? 'npm';
  if (name === 'start') return `${manager} start`;
  if (isStartScript(file)) return 'npm start';
  // A shell that a script opened has its variables too.
  const isScript = script.includes(basename(file)) && !runners.includes(name ?? 'node');
  if (!isScript) return undefined;
  return manager === 'npm' ? `npm run ${name} --` : `${manager} run ${name}`;
}

/** What package managers put in the place of a script when they run a package's command. */
const runners = ['npx', 'exec', 'tsx', 'node'];

/** The same program with `--url`. */
export function withUrl(program: Program, url: string | undefined): Program {
  if (!url) return program;
  // A shell may expand brackets.
  const flag = `--url ${url.includes('[') ? `"${url}"` : url}`;
  const name = `${program.withFlags} ${flag}`;
  return { name, withFlags: name, quiet: `${program.quiet} ${flag}` };
}

/** Takes `--url <url>` out of the arguments. The url is empty if none follows the flag. */
export function takeUrl(argv: readonly string[]): { url?: string; rest: readonly string[] } {
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const at = options.findIndex((option) => /^--url(=\S*)?$/.test(option));
  const flag = options[at];
  if (flag === undefined) return { rest: argv };
  const [next] = options.slice(at + 1);
  const isJoined = flag.startsWith('--url=');
  const end = isJoined || next === undefined ? at + 1 : at + 2;
  const url = isJoined ? flag.slice('--url='.length) : next;
  return { url: url ?? '', rest: [...argv.slice(0, at), ...argv.slice(end)] };
}

/** Without `--url`. */
export const localProgram = programOf(process.argv, process.env, process.cwd());
export const program = withUrl(localProgram, takeUrl(process.argv.slice(2)).url);

/** Whether a line typed to the agent is a command for the shell. */
export const isForShell = (line: string): boolean =>
  line.startsWith(localProgram.name.replace(/ --$/, ''));
