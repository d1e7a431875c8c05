import { type AddressInfo, createServer } from 'node:net';
import { delimiter, dirname } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { certificates, fetched } from '../support/cli/package-managers.ts';
import { bin, cleanEnv } from '../support/cli/run.ts';

export type Env = Readonly<Record<string, string>>;
export type Ran = { readonly code: number; readonly output: string };

const limitMs = 900_000;

/**
 * An environment without the machine's settings, but with its npm cache. Commands run with the Node
 * of this process, and with a package manager, such as `pnpm@10.34.9`.
 */
export async function hostEnv(manager?: string): Promise<Env> {
  const { stdout: cache } = await execa('npm', ['config', 'get', 'cache']);
  const env = await cleanEnv();
  const commands = manager === undefined ? [] : [await fetched(manager)];
  return {
    ...env,
    ...(await certificates()),
    PATH: [dirname(process.execPath), ...commands, env.PATH].join(delimiter),
    npm_config_cache: cache.trim(),
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    NEXT_TELEMETRY_DISABLED: '1',
    PORT: String(await freePort()),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => void server.close(done));
  return port;
}

/** Runs a command line as a person would type it. */
export async function runLine(line: string, cwd: string, env: Env): Promise<Ran> {
  const ran = await execa(line, { ...optionsFor(cwd, env), timeout: limitMs });
  const output = stripVTControlCharacters(ran.all);
  if (ran.timedOut) return { code: -1, output: `${output}\nno end after ${limitMs / 1000} s` };
  return { code: ran.exitCode ?? -1, output };
}

export const optionsFor = (cwd: string, env: Env) =>
  ({ cwd, env, extendEnv: false, shell: true, reject: false, all: true, stdin: 'ignore' }) as const;

/** Runs the built tool. */
export function runTool(args: readonly string[], cwd: string, env: Env): Promise<Ran> {
  return runLine(['node', JSON.stringify(bin), ...args].join(' '), cwd, env);
}
