import { randomOf } from '../../support/random.ts';
import { shuffled } from '../row.ts';
import { points, type Death, type Point } from './points.ts';

/** What happens `afterMs` after what was before it. `pick` chooses whom it happens to. */
export type Deed = {
  readonly do: 'kill a worker' | 'kill the engine' | 'scale in' | 'scale out';
  readonly afterMs: number;
  readonly pick: number;
};

export type StormPlan = {
  readonly seed: number;
  readonly processes: number;
  readonly threads: number;
  readonly deeds: readonly Deed[];
  /** Of processes that kill themselves. */
  readonly deaths: readonly Death[];
  readonly clock: Clock;
  /** ms after the last kill in which every thread comes to its end. */
  readonly settleMs: number;
};

/** How fast time goes, and what takes how long in this time. */
export type Clock = {
  readonly speed: number;
  readonly timeoutMs: number;
  /** Between two searches for due threads. */
  readonly everyMs: number | undefined;
};

export type Size = {
  readonly processes: number;
  readonly threads: number;
  readonly workers: number;
  readonly engines: number;
};

/** The clock of shortened leases: a claim holds for 4 s, and a question to the model for 20. */
export const fast: Clock = { speed: 10, timeoutMs: 35_000, everyMs: 1_000 };
/** All times as users have them; a tool may take half a minute. */
export const usual: Clock = { speed: 1, timeoutMs: 30_000, everyMs: undefined };

/** A tool's timeout and the grace after it. */
const GRACE_MS = 5_000;
export const leaseSeconds = ({ speed, timeoutMs }: Clock): number =>
  (timeoutMs + GRACE_MS) / speed / 1_000;

export const whole: Size = { processes: 16, threads: 1_000, workers: 450, engines: 50 };
/** With the usual clock. */
export const slow: Size = { processes: 16, threads: 200, workers: 45, engines: 5 };
export const leastKills = 25;
const least: Size = { processes: 8, threads: 100, workers: 25, engines: 3 };

/** ms that a slice needs to start servers and processes, and after the last kill. */
const REST_MS = 75_000;
/** ms that ten kills take, with what goes with them. */
const TEN_MS = 12_000;
/** There is one kill of the engine for so many. */
const ENGINE_SHARE = 10;

/** The size for a slice of about `ms`. */
export function sizeFor(ms: number): Size {
  const kills = 10 * Math.min(Math.floor((ms - REST_MS) / TEN_MS), 50);
  const engines = Math.max(least.engines, Math.floor(kills / ENGINE_SHARE));
  const workers = Math.max(least.workers, kills - engines);
  return { ...least, workers, engines, threads: Math.max(least.threads, 2 * kills) };
}

/** Points that a process may pass only once. */
const rare: readonly Point[] = [
  'before handing over',
  'after handing over',
  'before a search',
  'before the wakes of a search',
  'begins to stop',
  'has stopped',
];

/** Everything but the time follows from the seed. */
export function planStorm(seed: number, size: Size, clock: Clock): StormPlan {
  const { processes, threads, workers, engines } = size;
  const { below } = randomOf(seed);
  const deed = (what: Deed['do']): Deed => {
    const afterMs = 200 + below(900);
    return { do: what, afterMs, pick: below(2 ** 31) };
  };
  const kills = [
    ...Array.from({ length: workers }, () => deed('kill a worker')),
    ...Array.from({ length: engines }, () => deed('kill the engine')),
  ];
  // What was scaled in is scaled out a few kills later.
  const scaled = shuffled(kills, seed).flatMap((kill, n) => {
    if (n % 8 === 3) return [kill, deed('scale in'), deed('scale in')];
    return n % 8 === 6 ? [kill, deed('scale out'), deed('scale out')] : [kill];
  });
  const deaths = shuffled(points, seed).map((point) => ({
    point,
    nth: rare.includes(point) ? 1 : 1 + below(3),
  }));
  const settleMs = clock.speed > 1 ? 180_000 : 480_000;
  return { seed, processes, threads, deeds: scaled, deaths, clock, settleMs };
}
