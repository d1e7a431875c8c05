/** What differs from run to run: each shown one stands for one real one. */
const varying = new RegExp(
  [
    /\bt_[0-9a-f]{8}(?:[0-9a-f]{24})?(?:-\d+(?:_\d+)?)*\b/,
    /\b\d{4}-\d\d-\d\dT[\d:.]+Z/,
    /(?<="request_hash":")[0-9a-f]{16}/,
    /\b\d{4}-\d\d-\d\d \d\d:\d\d\b/,
    /\b\d+\.\d s\b/,
    /\(\d+ s\)/,
    / +\d+ ms\b/,
  ]
    .map(({ source }) => source)
    .join('|'),
);
const thread = /\bt_[0-9a-f]{8}(?:[0-9a-f]{24})?(?:-\d+(?:_\d+)?)*\b/g;

/** Threads of the page, and the real ones that they stand for. */
export type Threads = Map<string, string>;

/** A line of the page with the real threads in it. */
export const real = (line: string, threads: Threads): string =>
  line.replaceAll(thread, (shown) => threads.get(shown) ?? shown);

/**
 * Whether something was printed as it is shown: threads, times and hashes may differ, and a line
 * `...` stands for any lines. Notes which real thread each shown one stands for.
 */
export function matches(shown: string, printed: string, threads: Threads): boolean {
  const names: string[] = [];
  const lines = shown
    .split('\n')
    .map((line) => (line.trim() === '...' ? '[\\s\\S]*?' : `${toPattern(line, names)}\n`));
  const found = new RegExp(`^${lines.join('')}$`).exec(`${printed}\n`);
  for (const [index, name] of names.entries()) {
    const value = found?.[index + 1];
    if (value === undefined || (threads.get(name) ?? value) !== value) return false;
    threads.set(name, value);
  }
  return found !== null;
}

function toPattern(line: string, names: string[]): string {
  const next = varying.exec(line);
  if (!next) return escape(line.trimEnd());
  const [before, rest] = [line.slice(0, next.index), line.slice(next.index + next[0].length)];
  if (next[0].startsWith('t_')) names.push(next[0]);
  return escape(before) + patternOf(next[0]) + toPattern(rest, names);
}

function patternOf(shown: string): string {
  if (shown.startsWith('t_'))
    return `(${shown.replace(/[0-9a-f]{8,}/, ({ length }) => `[0-9a-f]{${length}}`)})`;
  if (/^[0-9a-f]{16}$/.test(shown)) return '[0-9a-f]{16}';
  return escape(shown).replace(/^ +/, ' +').replaceAll(/\d+/g, '\\d+');
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
