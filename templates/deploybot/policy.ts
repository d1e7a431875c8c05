import { isDeepStrictEqual } from 'node:util';
import { callsIn, isOutcome, type Event, type Step } from './core/event.ts';
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

/** Whether the last that a person said was yes to exactly this step, and its last call failed. */
function isRetry(step: Step, events: readonly Event[] = []): boolean {
  const said = events.filter(isSaid).slice(-1)[0];
  if (said?.type !== 'approval' || !said.approved) return false;
  const calls = callsIn(events).filter((call) => isDeepStrictEqual(call.step, step));
  if (!calls.some(({ call_id }) => call_id === said.call_id)) return false;
  const last = calls.slice(-1)[0]?.call_id;
  const outcomes = events.filter((event) => isOutcome(event) && event.call_id === last);
  return outcomes.slice(-1)[0]?.type === 'tool_error';
}

const isSaid = ({ type }: Event) =>
  ['message', 'human_response', 'approval', 'expired'].includes(type);
