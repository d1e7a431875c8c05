import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Sample = { readonly at: number; readonly mb: number };

/** What the process has in memory now, in MB; 0 once it is gone. Linux only. */
export function mbOf(pid: number | undefined): number {
  try {
    const [, kb = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kb) / 1024);
  } catch {
    return 0;
  }
}

/** The environment of a process that tells in `file` what it holds. */
export const tellsHeap = (file: string) => ({
  NODE_OPTIONS: `--expose-gc --require=${liveHeap}`,
  LIVE_HEAP: file,
});
const liveHeap = fileURLToPath(new URL('live-heap.cjs', import.meta.url));

/**
 * What a process held after all garbage was gone, since `from`: `live-heap.cjs` writes it into the
 * file.
 */
export const heldSince = (file: string, from: number): readonly Sample[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line): Sample => JSON.parse(line))
    .filter(({ at }) => at >= from);

/** The line through the samples by least squares: MB a minute, and where it begins and ends. */
export function growth(samples: readonly Sample[]): { slope: number; from: number; to: number } {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const minutes = samples.map(({ at }) => (at - (samples[0]?.at ?? 0)) / 60_000);
  const [x, y] = [mean(minutes), mean(samples.map(({ mb }) => mb))];
  const over = samples.map(({ mb }, n) => ((minutes[n] ?? 0) - x) * (mb - y));
  const slope = mean(over) / mean(minutes.map((minute) => (minute - x) ** 2));
  const at = (minute: number) => y + slope * (minute - x);
  return { slope, from: at(0), to: at(minutes.at(-1) ?? 0) };
}
