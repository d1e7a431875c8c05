import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const children = new Set<ChildProcess>();

export type Child = ReturnType<typeof startChild>;

/**
 * Starts a script of `children/` on its own copy of Node, and collects the lines that it prints.
 */
export function startChild(script: string, ...args: readonly string[]) {
  const loader =
    'typescript' in process.features && process.features.typescript ? [] : ['--import', 'tsx'];
  const child = spawn(
    process.execPath,
    [...loader, join(import.meta.dirname, 'children', script), ...args],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  children.add(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    child,
    ended,
    /** A line for it to read. */
    write: (line: string) => void child.stdin.write(`${line}\n`),
    lines: () => out.split('\n').slice(0, -1),
    err: () => err,
  };
}

/** Ends those that still run: for `afterAll`. */
export function killChildren(): void {
  for (const child of children) child.kill('SIGKILL');
}
