import { relative } from 'node:path';

/** What comes before a command when it is typed. */
export type Self = {
  readonly self: string;
  /** Before a command with flags: npm keeps those after `npm start` to itself, unless `--` comes first. */
  readonly flagged: string;
  /** In scripts that read what is printed: package managers do not print a line of their own first. */
  readonly quiet: string;
};

type Started = { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string | undefined>> };

/** How a person started a process in the folder `cwd`, for hints that can be typed as they stand. */
export function selfOf({ argv: [, file = ''], env }: Started, cwd: string): Self {
  const isMain = /[\\/]terminal[\\/]main\.ts$/.test(file);
  const quiet = isMain ? `npx tsx ${relative(cwd, file).replaceAll('\\', '/')}` : 'node start.js';
  const self = scriptOf(env, isMain) ?? quiet;
  return { self, flagged: self === 'npm start' ? 'npm start --' : self, quiet };
}

/** The script of package.json that it was; a file other than ours is taken for `start.js`. */
function scriptOf(env: Started['env'], isMain: boolean): string | undefined {
  const { npm_lifecycle_event: name, npm_lifecycle_script: script = 'main.ts', npm_config_user_agent: agent } = env;
  const manager = /^(pnpm|yarn|bun)\//.exec(agent ?? '')?.[1] ?? 'npm';
  if (name === 'start') return `${manager} start`;
  if (!isMain) return 'npm start';
  const isScript = name !== undefined && !runners.includes(name) && script.includes('main.ts');
  if (!isScript) return undefined;
  return manager === 'npm' ? `npm run ${name} --` : `${manager} run ${name}`;
}

/** What package managers say instead of a script's name when they run a package's command. */
const runners = ['npx', 'exec', 'tsx', 'node'];

export const { self, flagged, quiet } = selfOf(process, process.cwd());
