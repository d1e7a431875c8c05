import type { SmallAgent } from '../core/agent.ts';
import type { Pipeline } from '../workflow/flow.ts';
import { pipelineAgent } from '../workflow/pipeline.ts';

/** An example: checks at once, then a release that a person approves. Put your steps here. */
const pipeline: Pipeline = async ({ message, step }) => {
  const { text: version = '' } = message;
  const again = {
    onUnknownOutcome: 'retry',
    timeoutMs: 600_000,
  } as const;
  const [tests, types] = await Promise.all([
    step('run_tests', { version }, () => Promise.resolve({ failed: 0 }), again),
    step('check_types', { version }, () => Promise.resolve({ failed: 0 }), again),
  ]);
  if (tests.failed + types.failed > 0) return `${version} is not released: its checks failed.`;
  await step('release', { version }, ({ idempotencyKey }) => Promise.resolve(idempotencyKey));
  return `${version} is released.`;
};

const agent = pipelineAgent(pipeline, {
  /** The steps of the code above run by themselves, unless a rule says otherwise. */
  needsApproval: (step) =>
    step.intent === 'release' ? { ask: 'a release needs a person' } : 'run',
  budgets: {
    steps: 1_000,
    errorsInARow: 20,
    repeats: 20,
    tokens: 1_000_000,
    usd: 10,
  },
  expiry: {
    afterMs: 30 * 24 * 3_600_000,
    outcome: 'denied',
  },
});

/** Public: `POST /threads` may name it. */
export const release: SmallAgent = { ...agent, isPublic: true };
