import { isDeepStrictEqual } from 'node:util';
import type { Verdict } from './policy.ts';

type Objection = Exclude<Verdict, 'run'>;

/**
 * Returns the verdict on several calls that run as one step: a denial if one is denied, else a
 * request if one needs approval, of the most people. So no call runs that would not run alone.
 */
export function strictest<C>(calls: readonly C[], rule: (call: C) => Verdict): Verdict {
  const objections = calls.map((call) => rule(call)).filter((one) => one !== 'run');
  const denial = objections.find((objection) => 'deny' in objection);
  if (denial) return denial;
  const [first, ...others] = objections;
  if (first === undefined) return 'run';
  if (others.every((other) => haveSameRights(first, other))) return inOne(objections);
  return {
    deny: 'its calls need different approvals: take one at a time',
  };
}

/** Whether the same people may approve, except for how many of them. */
function haveSameRights(one: Objection, other: Objection): boolean {
  return isDeepStrictEqual({ ...one, ask: '', count: 1 }, { ...other, ask: '', count: 1 });
}

function inOne(requests: readonly Objection[]): Objection {
  const asks = requests.flatMap((request) => ('ask' in request ? request : []));
  const reasons = new Set(asks.map(({ ask }) => ask));
  const merged = {
    ...requests[0],
    ask: [...reasons].join('; '),
  };
  if (!asks.some((request) => 'count' in request)) return merged;
  const counts = asks.map(({ count = 1 }) => count);
  // A malformed count stays as it is: then no one may approve.
  const malformed = counts.filter((count) => !Number.isSafeInteger(count) || count < 1);
  const [count = Math.max(...counts)] = malformed;
  return { ...merged, count };
}
