import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { cleanEnv } from './run.ts';

/** A package manager. npm is the installed one; the others are installed from npm's registry. */
export type Manager = {
  readonly name: string;
  /** Its package and version. Undefined for npm. */
  readonly from?: string;
  readonly program: 'npm' | 'pnpm' | 'yarn' | 'bun';
  /** The command that creates a project in `my-agent`. */
  readonly create: string;
  /** The command that runs this tool, as the tool prints it. */
  readonly tool: string;
  /** The name of its lock file. */
  readonly lock: string;
};

const latest = 'create-12-factor-agent@latest';
const pnpm = {
  program: 'pnpm',
  create: 'pnpm create 12-factor-agent@latest my-agent --yes',
  tool: `pnpm dlx ${latest}`,
  lock: 'pnpm-lock.yaml',
} as const;
const yarn = {
  program: 'yarn',
  create: 'yarn create 12-factor-agent my-agent --yes',
  lock: 'yarn.lock',
} as const;

export const managers: readonly Manager[] = [
  {
    name: 'npm',
    program: 'npm',
    create: 'npm create 12-factor-agent@latest my-agent -- --yes',
    tool: `npx ${latest}`,
    lock: 'package-lock.json',
  },
  { name: 'pnpm 10', from: 'pnpm@10.34.9', ...pnpm },
  { name: 'pnpm', from: 'pnpm@12.21.0', ...pnpm },
  { name: 'yarn classic', from: 'yarn@1.22.22', ...yarn, tool: `npx ${latest}` },
  { name: 'yarn', from: '@yarnpkg/cli-dist@4.18.1', ...yarn, tool: `yarn dlx ${latest}` },
  {
    name: 'bun',
    from: 'bun@1.4.5',
    program: 'bun',
    create: 'bun create 12-factor-agent@latest my-agent --yes',
    tool: `bunx ${latest}`,
    lock: 'bun.lock',
  },
];

/** Returns an environment with this package manager, an empty cache, and a registry to use. */
export async function environmentOf(
  { from }: Manager,
  registry: string,
): Promise<Record<string, string>> {
  const env = await cleanEnv();
  const path = from === undefined ? env.PATH : `${await fetched(from)}${delimiter}${env.PATH}`;
  return { ...env, ...(await certificates()), PATH: path ?? '', ...registryFor(registry) };
}

/** Returns the registry setting of each package manager. */
const registryFor = (registry: string): Record<string, string> => ({
  npm_config_registry: registry,
  pnpm_config_registry: registry,
  YARN_REGISTRY: registry,
  YARN_NPM_REGISTRY_SERVER: registry,
  YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
  BUN_CONFIG_REGISTRY: registry,
});

/** Returns this machine's additional certificates. A network's proxy may need them. */
export async function certificates(): Promise<Record<string, string>> {
  const { stdout } = await execa('npm', ['config', 'get', 'cafile']);
  const extra = process.env.NODE_EXTRA_CA_CERTS ?? '';
  const file = stdout.trim() === 'null' ? extra : stdout.trim();
  return file === '' ? {} : { NODE_EXTRA_CA_CERTS: file, YARN_HTTPS_CA_FILE_PATH: file };
}

/** Returns the folder with a package's commands. It is installed once per machine. */
export async function fetched(from: string): Promise<string> {
  const all = join(tmpdir(), 'create-12-factor-agent-managers');
  const folder = join(all, from.replace('/', '+'));
  const commands = join(folder, 'node_modules', '.bin');
  if (await isThere(commands)) return commands;
  await mkdir(all, { recursive: true });
  const unfinished = await mkdtemp(join(all, 'tmp-'));
  await execa('npm', ['install', '--prefix', unfinished, '--no-audit', '--no-fund', from]);
  try {
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another run may have installed it first.
    if (!(await isThere(commands))) throw error;
  }
  return commands;
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
