import { basename, relative } from 'node:path';
import { takeUrl } from './parse.ts';

/** What comes before a command when it is typed. */
export type Self = {
  readonly self: string;
  /** Before a command with flags: npm keeps those after `npm start` to itself, unless `--` comes first. */
  readonly flagged: string;
  /** In scripts that read what is printed: package managers do not print a line of their own first. */
  readonly quiet: string;
};

type Started = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** How a person started a process in the folder `cwd`, for hints that can be typed as they stand. */
export function selfOf({ argv: [, file = ''], env }: Started, cwd: string): Self {
  const isStart =
    file === '' ||
    /(^|[\\/])(start\.js$|node_modules[\\/](\.bin[\\/])?(vitest|tinypool))/.test(file);
  const path = relative(cwd, file).replaceAll('\\', '/');
  const quiet = isStart ? 'node start.js' : `${file.endsWith('.ts') ? 'npx tsx' : 'node'} ${path}`;
  const self = scriptOf(env, isStart ? undefined : basename(file)) ?? quiet;
  return { self, flagged: self === 'npm start' ? 'npm start --' : self, quiet };
}

/** The script of package.json that it was; without a `file` of its own, it was `start.js`, or a test. */
function scriptOf(env: Started['env'], file: string | undefined): string | undefined {
  const {
    npm_lifecycle_event: name,
    npm_lifecycle_script: script = file,
    npm_config_user_agent: agent,
  } = env;
  const manager = /^(pnpm|yarn|bun)\//.exec(agent ?? '')?.[1] ?? 'npm';
  if (name === 'start') return `${manager} start`;
  if (file === undefined) return 'npm start';
  const isScript = name !== undefined && !runners.includes(name) && script?.includes(file);
  if (!isScript) return undefined;
  return manager === 'npm' ? `npm run ${name} --` : `${manager} run ${name}`;
}

/** What package managers say instead of a script's name when they run a package's command. */
const runners = ['npx', 'exec', 'tsx', 'node'];

/** The same for an agent on a server. */
export function withUrl({ flagged, quiet, ...rest }: Self, url: string | undefined): Self {
  if (!url) return { flagged, quiet, ...rest };
  // A shell may take brackets for a pattern.
  const flag = `--url ${url.includes('[') ? `"${url}"` : url}`;
  return { self: `${flagged} ${flag}`, flagged: `${flagged} ${flag}`, quiet: `${quiet} ${flag}` };
}

/** Without what says which agent it is. */
export const bare = selfOf(process, process.cwd());
export const { self, flagged, quiet } = withUrl(bare, takeUrl(process.argv.slice(2)).url);
