import { isDeepStrictEqual } from 'node:util';
import type { Verdict } from './policy.ts';

type Objection = Exclude<Verdict, 'run'>;

/**
 * Returns the verdict on several calls that run as one step: a denial if one is denied, else a
 * request if one needs approval. So no call runs that would not run alone.
 */
export function strictest<C>(calls: readonly C[], rule: (call: C) => Verdict): Verdict {
  const objections = calls.map((call) => rule(call)).filter((one) => one !== 'run');
  const denial = objections.find((objection) => 'deny' in objection);
  if (denial) return denial;
  const [first, ...others] = objections;
  if (first === undefined) return 'run';
  if (others.every((other) => haveSameRights(first, other))) return withAllReasons(objections);
  return { deny: 'its calls need different approvals: take one at a time' };
}

/** Whether the same people may approve, all else being equal. */
function haveSameRights(one: Objection, other: Objection): boolean {
  return isDeepStrictEqual({ ...one, ask: '' }, { ...other, ask: '' });
}

function withAllReasons(requests: readonly Objection[]): Objection {
  const reasons = requests.flatMap((request) => ('ask' in request ? request.ask : []));
  return { ...requests[0], ask: [...new Set(reasons)].join('; ') };
}
