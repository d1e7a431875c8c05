import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Writes the generated agent to `folder`, with the agent of
 * `test/support/generated/children/agent.ts` as the one it serves.
 */
export function writeServed(folder: string): string {
  cpSync(join(home, 'registry/agent'), folder, {
    recursive: true,
    filter: (path) => !path.endsWith('.test.ts'),
  });
  const agent = readFileSync(join(home, 'test/support/generated/children/agent.ts'), 'utf8');
  writeFileSync(join(folder, 'agent.ts'), agent.replaceAll("'../../../../registry/agent/", "'./"));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(home, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return folder;
}

export type Env = Readonly<Record<string, string>>;
export type Started = {
  readonly child: ChildProcess;
  /** Where it listens, once it does; empty for what does not. */
  readonly url: string;
  err(): string;
  /** The exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
};

/**
 * Starts `server/main.ts`, or another entry with arguments, of the agent in `folder`; resolves once it said its
 * first line, or ended.
 */
export async function startServed(
  folder: string,
  env: Env = {},
  entry = 'server/main.ts',
  ...args: readonly string[]
): Promise<Started> {
  const loader =
    'typescript' in process.features && process.features.typescript ? [] : ['--import', 'tsx'];
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [...loader, join(folder, entry), ...args], {
    cwd: folder,
    env: { PATH, HOME: folder, PORT: '0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  while (!err.includes('Ctrl-C stops.') && child.exitCode === null && child.signalCode === null)
    await Promise.race([once(child.stderr, 'data'), ended]);
  return { child, url: /http:\/\/\S+?(?=\. )/.exec(err)?.[0] ?? '', err: () => err, ended };
}
