import { isDeepStrictEqual } from 'node:util';
import { callsIn, type Event, type Step } from './core/event.ts';
import { namesIn, type Policy } from './core/policy.ts';
import type { NextStep } from './tools.ts';

/** Code enforces these rules. If you change one, also change what prompt.ts and tools/ say. */
export const policy: Policy<NextStep> = {
  /** A tool without a rule needs a person. Add a case for each tool that may run by itself. */
  needsApproval(step, _state, thread) {
    switch (step.intent) {
      case 'list_tags':
        return 'run';
      case 'deploy':
        return isRetry(step, thread?.events) ? 'run' : { ask: 'production needs a person' };
      default:
        return { ask: `no rule for ${step.intent} yet` };
    }
  },
  /** Without names, only the person at this machine may approve. */
  approvers: namesIn(process.env['APPROVERS']),
  budgets: { steps: 20, errorsInARow: 3, repeats: 4, tokens: 200_000, usd: 2 },
  expiry: { afterMs: 3 * 24 * 3_600_000, outcome: 'denied' },
};

/** Whether the last that a person said was yes to exactly this step, and it failed. */
function isRetry(step: Step, events: readonly Event[] = []): boolean {
  const latest = (...types: readonly Event['type'][]) =>
    events.filter(({ type }) => types.includes(type)).slice(-1)[0];
  const said = latest('message', 'human_response', 'approval', 'expired');
  if (said?.type !== 'approval' || !said.approved) return false;
  const approved = callsIn(events).find(({ call_id }) => call_id === said.call_id);
  const hasFailed = latest('tool_result', 'tool_error')?.type === 'tool_error';
  return hasFailed && isDeepStrictEqual(approved?.step, step);
}
