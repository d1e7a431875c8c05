import { namesIn, type Policy } from './core/policy.ts';
import type { NextStep } from './tools.ts';

/** Code enforces these rules. If you change one, also change what prompt.ts and tools/ say. */
export const policy: Policy<NextStep> = {
  /** A tool without a rule needs a person. Add a case for each tool that may run by itself. */
  needsApproval(step) {
    switch (step.intent) {
      default:
        return { ask: `no rule for ${step.intent} yet` };
    }
  },
  /** Without names, only the person at this machine may approve. */
  approvers: namesIn(process.env['APPROVERS']),
  budgets: { steps: 20, errorsInARow: 3, repeats: 3, tokens: 200_000, usd: 2 },
  expiry: { afterMs: 30 * 24 * 3_600_000, outcome: 'denied' },
};
