import { median } from '../figures.ts';

const warmups = 3;
const threadsInTurn = 10;
const workers = 16;
const threadsEach = 4;

/** ms per thread, and threads per second, with one and with sixteen at once. */
export type Speed = { readonly ms: number; readonly one: number; readonly sixteen: number };

/** Runs threads one after the other, then sixteen at once. */
export async function timeThreads(run: () => Promise<unknown>): Promise<Speed> {
  for (let warm = 0; warm < warmups; warm++) await run();
  const times: number[] = [];
  for (let thread = 0; thread < threadsInTurn; thread++) times.push(await time(run));
  const sum = times.reduce((all, ms) => all + ms, 0);
  const worker = async () => {
    for (let thread = 0; thread < threadsEach; thread++) await run();
  };
  const together = await time(() => Promise.all(Array.from({ length: workers }, worker)));
  return {
    ms: median(times),
    one: (threadsInTurn * 1000) / sum,
    sixteen: (workers * threadsEach * 1000) / together,
  };
}

/** Measures a call, in ms. */
export async function time(run: () => unknown): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

/** Measures calls, one after the other, in ms. */
export async function times(count: number, run: (turn: number) => unknown): Promise<number[]> {
  const all: number[] = [];
  for (let turn = 0; turn < count; turn++) all.push(await time(() => run(turn)));
  return all;
}
