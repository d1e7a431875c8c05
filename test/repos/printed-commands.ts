import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { optionsFor, type Env, type Ran } from './shell.ts';

const tool = /create-12-factor-agent(?:@\S+)? (.+)$/;

/** A command that the tool printed: its own with these arguments, or a line for the shell. */
export type Printed = { readonly args: readonly string[] } | { readonly line: string };

/** The commands to run next in what `add` printed, in their order. */
export function printedCommands(output: string): readonly Printed[] {
  const lines = output.split('\n').flatMap((line) => {
    const [, command] = /(?:^|[:,] )((?:npx|npm|pnpm|yarn|bunx|bun|node) .+)$/.exec(line) ?? [];
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
  let ended: Ran | undefined;
  const whole = child.then(({ exitCode = -1, all }) => {
    ended = { code: exitCode, output: all };
  });
  const until = Date.now() + limitMs;
  let answered = false;
  while (ended === undefined && !answered && Date.now() < until) {
    answered = await answers(Number(env['PORT']));
    if (!answered) await Promise.race([whole, wait(200)]);
  }
  if (ended === undefined) {
    const stopped = await stop(child.pid ?? 0, whole);
    if (!answered) return [`${line}: it neither ended nor answered in ${limitMs / 1000} s`];
    return stopped ? [] : [`${line}: it did not stop in ${stopMs / 1000} s`];
  }
  const { code, output } = ended as Ran;
  return code === 0 ? [] : [`${line}: it ended with ${code}: ${output.trim()}`];
}

/** Asks a process and what it started to end. Resolves to whether they did in time. */
async function stop(pid: number, whole: Promise<void>): Promise<boolean> {
  process.kill(-pid, 'SIGTERM');
  const inTime = await Promise.race([whole.then(() => true), wait(stopMs, false)]);
  if (!inTime) process.kill(-pid, 'SIGKILL');
  await whole;
  return inTime;
}

async function answers(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`);
    return true;
  } catch {
    return false;
  }
}
