import type { Random } from '../../support/random.ts';
import { outageKinds, type Outage } from './outage-store.ts';
import type { Play, Work } from './victim.ts';

/** The timeout of the tools. Their leases are longer by the grace of the loop, 5 s. */
export const TIMEOUT_MS = 500;

/** Lengths of outages in ms. The last three are longer than a lease. */
export const lengths = [50, 200, 700, 2_000, 4_500, 5_600, 7_000, 9_000] as const;

/** What happens in a round. Times are ms after its start. */
export type RoundPlan = {
  /** What every thread plays. */
  readonly script: readonly Play[];
  /** When each thread gets its first message. */
  readonly startsAt: readonly number[];
  /** The outages that each worker sees. */
  readonly outages: readonly [readonly Outage[], readonly Outage[]];
  /** When the second worker is killed, if it is. */
  readonly killAt?: number;
  /** ms until a person answers for a call that was handed over. Without it, it waits. */
  readonly answerAfterMs?: number;
};

const [THREADS, STEPS, OUTAGES] = [12, 5, 3];

/** The events that an outage can meet alone. */
const phases = ['tool_started', 'tool_result', 'tool_pending', 'handed_over'] as const;

/** Threads start, and outages begin, within as many ms. */
const START_MS = 2_000;

/** Chooses a round. At least one outage is longer than a lease. */
export function planRound(random: Random): RoundPlan {
  const { below, one } = random;
  const count = 1 + below(OUTAGES);
  const chosen = Array.from({ length: count }, (_, n) => {
    const ms = n === 0 ? one([5_600, 7_000, 9_000]) : one(lengths);
    const from = 100 + below(START_MS);
    const only = one([undefined, undefined, 'tool_result', ...phases] as const);
    const times = { kind: one(outageKinds), from, until: from + ms };
    const outage: Outage = only === undefined ? times : { ...times, only };
    return { outage, seenBy: one(['both', 'first', 'second']) };
  });
  const seenBy = (worker: string) =>
    chosen.filter((one) => ['both', worker].includes(one.seenBy)).map(({ outage }) => outage);
  const plan: RoundPlan = {
    script: [...Array.from({ length: STEPS }, () => planStep(random)), { intent: 'done' }],
    startsAt: Array.from({ length: THREADS }, () => below(START_MS)),
    outages: [seenBy('first'), seenBy('second')],
  };
  const killed = below(4) === 0 ? { ...plan, killAt: 500 + below(8_000) } : plan;
  return below(3) === 0 ? { ...killed, answerAfterMs: below(1_000) } : killed;
}

/** A step whose `what` is the ms that it takes. Some exceed the timeout. */
function planStep({ below, one }: Random): Work {
  const ms = below(16) === 0 ? TIMEOUT_MS + 300 : 10 + below(350);
  return {
    intent: one(['repeatable', 'careful']),
    what: String(ms),
    ends: one(['well', 'well', 'well', 'well', 'badly', 'later']),
    gate: 'run',
  };
}
