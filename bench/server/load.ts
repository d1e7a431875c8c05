import { quantile } from '../figures.ts';

export type Load = { readonly perSecond: number; readonly p50: number; readonly p99: number };

/** Sends requests for `ms`, so many at a time, and tells how they were answered. @throws if one was not as it should */
export async function load(
  send: () => Promise<Response>,
  status: number,
  ms: number,
  atOnce = 16,
): Promise<Load> {
  const times: number[] = [];
  const until = performance.now() + ms;
  const one = async () => {
    while (performance.now() < until) {
      const began = performance.now();
      const response = await send();
      const text = await response.text();
      if (response.status !== status) throw new Error(`${response.status} ${text}`);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  const perSecond = (times.length / ms) * 1_000;
  return { perSecond, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
