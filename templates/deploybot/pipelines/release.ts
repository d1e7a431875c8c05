import type { SmallAgent } from '../core/agent.ts';
import type { EventOf } from '../core/event.ts';
import { checkProduction, runTests, services, whatRuns } from '../target/target.ts';
import type { Running } from '../target/target.ts';
import type { Flow, Pipeline } from '../workflow/flow.ts';
import { pipelineAgent } from '../workflow/pipeline.ts';
import { StepFailed } from '../workflow/replay.ts';

/**
 * Brings a merged pull request to production, or back. Agents propose, people decide, and this code
 * looks at what runs: it believes no one's words.
 */
const pipeline: Pipeline = async ({ message, step, agentStep }) => {
  const pull_request = pullRequestOf(message);
  if (pull_request === undefined) return 'Say which one, such as: pull request 42 was merged';

  const [tests, before] = await Promise.all([
    step('run_tests', { pull_request }, () => runTests(pull_request), again),
    step('look_at_production', {}, whatRuns, again),
  ]);
  const name = `Pull request ${pull_request}`;
  if (tests.failed > 0) return `${name} is not deployed: ${tests.failed} tests failed.`;

  const facts = { pull_request, tests, running: before };
  const task = { text: `${name} was merged. Bring it to production.`, data: facts };
  const answer = await ask(agentStep('propose', 'deployer', task));
  const after = await step('look_at_production', {}, whatRuns, again);
  if (isSame(before, after)) return `${name} changed nothing. ${answer}`;

  const failed = await step('check_production', { after }, checkProduction, again);
  if (failed.length === 0) return `${name}: ${describe(after)}. ${answer}`;

  const failure = { before, after, failed };
  const text = `Tests of production failed after a deploy: ${failed.join(', ')}.`;
  const reply = await ask(agentStep('take back', 'rollback', { text, data: failure }));
  const now = await step('look_at_production', {}, whatRuns, again);
  const outcome = isSame(before, now)
    ? 'was rolled back'
    : 'needs a person: it was not rolled back';
  return `${name} ${outcome}. ${failed.join(', ')} failed. ${describe(now)}. ${reply}`;
};

/** These steps only read: after a crash, they simply run again. */
const again = { onUnknownOutcome: 'retry' } as const;

/** Returns what an agent says in the end. If it fails or is cancelled, the code looks what runs. */
async function ask(answer: ReturnType<Flow['agentStep']>): Promise<string> {
  try {
    return (await answer).message ?? '';
  } catch (error) {
    if (error instanceof StepFailed) return error.message;
    throw error;
  }
}

/** Returns the number that a webhook sent as data, or a person typed. */
function pullRequestOf({ text = '', data }: EventOf<'message'>): number | undefined {
  const said = /(?:pull request|PR) *#?(\d+)/i.exec(`${text} ${JSON.stringify(data ?? '')}`);
  return said ? Number(said[1]) : undefined;
}

const isSame = (one: Running, other: Running) =>
  services.every((service) => one[service] === other[service]);
const describe = (running: Running) =>
  services.map((service) => `${service} runs ${running[service]}`).join(', ');

export const release: SmallAgent = pipelineAgent(pipeline, {
  /** The steps above only read. The rules for deploys are those of the agents. */
  needsApproval: () => 'run',
  budgets: { steps: 100, errorsInARow: 20, repeats: 20, tokens: 1_000_000, usd: 10 },
  expiry: { afterMs: 30 * 24 * 3_600_000, outcome: 'denied' },
});
