import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { cleanEnv } from './run.ts';

/** A package manager as somebody has it: npm's is the one that is there, others come from npm's registry. */
export type Manager = {
  readonly name: string;
  /** Its package and version; none for npm. */
  readonly from?: string;
  readonly program: 'npm' | 'pnpm' | 'yarn' | 'bun';
  /** What somebody types for a new project in `my-agent`. */
  readonly create: string;
  /** What runs this tool, as we print it. */
  readonly tool: string;
  /** What it writes when it installs. */
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

/** Each kind that there is. */
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

/** An environment with this package manager first on the PATH, no cache of anybody's, and a registry to install from. */
export async function environmentOf(
  { from }: Manager,
  registry: string,
): Promise<Record<string, string>> {
  const env = await cleanEnv();
  const path = from === undefined ? env.PATH : `${await fetched(from)}${delimiter}${env.PATH}`;
  return { ...env, ...(await certificates()), PATH: path ?? '', ...registryFor(registry) };
}

/** The same setting, as each of them reads it. */
const registryFor = (registry: string): Record<string, string> => ({
  npm_config_registry: registry,
  pnpm_config_registry: registry,
  YARN_REGISTRY: registry,
  YARN_NPM_REGISTRY_SERVER: registry,
  YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
  BUN_CONFIG_REGISTRY: registry,
});

/** Whom this machine trusts besides, if it is set to: a network may put its own certificate in between. */
async function certificates(): Promise<Record<string, string>> {
  const { stdout } = await execa('npm', ['config', 'get', 'cafile']);
  const extra = process.env.NODE_EXTRA_CA_CERTS ?? '';
  const file = stdout.trim() === 'null' ? extra : stdout.trim();
  return file === '' ? {} : { NODE_EXTRA_CA_CERTS: file, YARN_HTTPS_CA_FILE_PATH: file };
}

/** The folder with a package's commands, installed once for all runs on this machine. */
async function fetched(from: string): Promise<string> {
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
    // Another run was faster.
    if (!(await isThere(commands))) throw error;
  }
  return commands;
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
