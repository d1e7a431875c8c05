import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { optionsFor, type Env, type Ran } from './shell.ts';

const tool = /create-12-factor-agent(?:@\S+)? (.+)$/;

/** A command that the tool printed: its own with these arguments, or a line for the shell. */
export type Printed = { readonly args: readonly string[] } | { readonly line: string };

/** The commands to run next in what `add` printed, in their order. */
export function printedCommands(output: string): readonly Printed[] {
  const lines = output.split('\n').flatMap((line) => {
    const [, command] = /(?:^\s*|[:,] )((?:npx|npm|pnpm|yarn|bunx|bun|node) .+)$/.exec(line) ?? [];
    return command === undefined ? [] : [command.trim()];
  });
  return lines.flatMap((line): Printed[] => {
    if (/^\w+ install(ed)?\b/.test(line)) return [];
    const [, args] = tool.exec(line) ?? [];
    if (args === undefined) return [{ line: withMessage(line) }];
    return args.startsWith('add ') ? [{ args: args.split(' ') }] : [];
  });
}

/** A conversation needs a terminal: without one, the terminal takes a message as an argument. */
const withMessage = (line: string): string =>
  line.endsWith('terminal/main.ts') ? `${line} "Ship 1.4.2 to production."` : line;

const limitMs = 60_000;
const stopMs = 20_000;

/**
 * Runs a printed line until it ends, or, if it is a server, until it answers and then stops.
 * Returns what is wrong.
 */
export async function runPrinted(line: string, cwd: string, env: Env): Promise<readonly string[]> {
  const child = execa(line, { ...optionsFor(cwd, env), detached: true });
  const ended = child.then(({ exitCode = -1, all }): Ran => ({ code: exitCode, output: all }));
  const over = new AbortController();
  const served = answersAt(Number(env['PORT']), over.signal);
  const silent = wait(limitMs, 'silent' as const, { signal: over.signal, ref: false });
  // Both are of no interest once the other has come.
  silent.catch(() => undefined);
  const first = await Promise.race([ended, served, silent]);
  over.abort();
  if (typeof first === 'object')
    return first.code === 0 ? [] : [`${line}: exit ${first.code}: ${first.output.trim()}`];
  const isStopped = await stop(child.pid ?? 0, ended);
  if (first === 'silent') return [`${line}: it neither ended nor answered in ${limitMs / 1000} s`];
  return isStopped ? [] : [`${line}: it did not stop in ${stopMs / 1000} s`];
}

/** Asks a process and what it started to end. Resolves to whether they did in time. */
async function stop(pid: number, ended: Promise<unknown>): Promise<boolean> {
  signalGroup(pid, 'SIGTERM');
  const late = wait(stopMs, false, { ref: false });
  const isInTime = await Promise.race([ended.then(() => true), late]);
  if (!isInTime) signalGroup(pid, 'SIGKILL');
  await ended;
  return isInTime;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It may have ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Resolves once a server answers at this port, or after the signal. */
async function answersAt(port: number, signal: AbortSignal): Promise<'served'> {
  while (!signal.aborted) {
    const isThere = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (isThere) break;
    await wait(200);
  }
  return 'served';
}
