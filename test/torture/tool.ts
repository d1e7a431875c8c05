import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import packageJson from '../../package.json' with { type: 'json' };
import { exitCode, fromSystem, UserError } from '../../src/errors.ts';
import { program } from '../../src/program.ts';
import { home } from '../support/package.ts';

/** How a command ended. `bug` is what it died of, where that was no refusal. */
export type Ran = {
  readonly code: number;
  readonly said: string;
  readonly bug: string | undefined;
  /** By a signal. */
  readonly killed: boolean;
};

const bin = join(home, 'bin/create-12-factor-agent.js');
const never = new AbortController().signal;

/** Runs a command in this process: all of the tool but its `main`. */
export async function runHere(args: readonly string[], cwd: string): Promise<Ran> {
  const said: string[] = [];
  const hear = (text: string) => void said.push(text);
  let code = 0;
  const terminal = {
    interactive: false,
    attended: false,
    drawable: false,
    columns: Infinity,
    json: false,
    print: hear,
    draw: hear,
    document: (value: unknown) => hear(JSON.stringify(value)),
    printError: hear,
  };
  const setting = {
    here: process.cwd(),
    home: pathToFileURL(home.endsWith('/') || home.endsWith('\\') ? home : `${home}/`),
    version: packageJson.version,
    terminal,
    signal: never,
    userAgent: 'npm/10.8.2',
    exit: (asked: 1 | 2) => void (code = asked),
  };
  const end = (bug?: string): Ran => ({ code, said: said.join('\n'), bug, killed: false });
  try {
    await program(setting).parseAsync([...args, '--cwd', cwd], { from: 'user' });
    return end();
  } catch (error) {
    const known = fromSystem(error) ?? error;
    code = exitCode(known);
    if (known instanceof Error)
      said.push(known.message, known instanceof UserError ? (known.hint ?? '') : '');
    const isRefusal =
      known instanceof UserError ||
      String(Reflect.get(Object(known), 'code')).startsWith('commander.');
    return end(isRefusal ? undefined : String(error instanceof Error ? error.stack : error));
  }
}

export type ProcessOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** Modules that Node loads first. */
  readonly preload?: string;
};

/** Runs the built tool in a process of its own, with nothing of the machine's settings. */
export async function runProcess(
  args: readonly string[],
  cwd: string,
  { env = {}, preload }: ProcessOptions = {},
): Promise<Ran> {
  const { exitCode, signal, all, stderr } = await execa(
    process.execPath,
    [...(preload === undefined ? [] : ['--import', pathToFileURL(preload).href]), bin, ...args],
    {
      cwd,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: join(home, 'test'),
        GIT_CONFIG_NOSYSTEM: '1',
        npm_config_user_agent: 'npm/10.8.2',
        ...env,
      },
      extendEnv: process.platform === 'win32',
      reject: false,
      all: true,
      stdin: 'ignore',
      timeout: 60_000,
    },
  );
  const hasStack = /^\s+at .+:\d+:\d+\)?$/m.test(stderr);
  return {
    code: exitCode ?? -1,
    said: all,
    bug: hasStack ? stderr : undefined,
    killed: signal === 'SIGKILL',
  };
}
