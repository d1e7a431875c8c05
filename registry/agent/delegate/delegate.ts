import * as z from 'zod';
import { tool } from '../core/tool.ts';

/** ms to start a thread, or to look at it. The other agent works on after that. */
const TIMEOUT_MS = 30_000;

/**
 * Builds a next step by which the model hands a task to another agent, and gets its answer. The
 * table has the names of agents in `agents` of `agent.ts`, each with what it is for.
 */
export function delegateTo<Name extends string>(table: Readonly<Record<Name, string>>) {
  const lines = Object.entries(table).map(([name, purpose]) => `${name}: ${String(purpose)}`);
  return tool({
    schema: z
      .object({
        intent: z.literal('delegate'),
        to: z.enum(Object.keys(table) as Name[]).describe(lines.join('\n')),
        task: z.string().min(1).describe('All that the other agent needs: it sees nothing else.'),
      })
      .describe('Hand a task to another agent and wait for its answer.'),
    timeoutMs: TIMEOUT_MS,
    // It starts one thread for each call, however often it runs.
    onUnknownOutcome: 'retry',
    longRunning: 'agents',
    async run({ to, task }, { agents }) {
      if (agents) return await agents.ask(to, { text: task });
      throw new Error(`agent.ts has no other agents: wire ${to} there`);
    },
  });
}
