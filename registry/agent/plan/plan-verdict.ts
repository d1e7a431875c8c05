import { isObject, without, type Step } from '../core/event.ts';
import type { Verdict } from '../core/policy.ts';
import { strictest } from '../core/strictest.ts';
import type { ThreadView } from '../core/thread-view.ts';

/**
 * Returns the verdict on a plan: that of its strictest step. `rule` decides on one step, and sees a
 * thread in which the steps before it took effect.
 */
export function planVerdict<S extends Step>(
  { steps }: { readonly steps: readonly S[] },
  thread: ThreadView | undefined,
  rule: (step: S, thread: ThreadView | undefined) => Verdict,
): Verdict {
  const verdicts = steps.map((step, index) =>
    withName(step, rule(step, thread && after(thread, steps.slice(0, index)))),
  );
  return strictest(verdicts, (verdict) => verdict);
}

function after(thread: ThreadView, before: readonly Step[]): ThreadView {
  return {
    ...thread,
    tookEffect: (intent) => [
      ...thread.tookEffect(intent),
      ...before.filter((step) => step.intent === intent),
    ],
  };
}

/** A denial names the step: the model has to know which one to leave out. */
function withName(step: Step, verdict: Verdict): Verdict {
  if (!isObject(verdict) || !('deny' in verdict)) return verdict;
  return {
    deny: `${step.intent} ${JSON.stringify(without(step, 'intent'))}: ${verdict.deny}`,
  };
}
