import * as z from 'zod';
import { pending, tool, type ToolContext } from '../core/tool.ts';
import { reportToken } from '../server/report-token.ts';
import { endOf, services, startDeployment } from '../target/target.ts';
import type { DeployRequest, Report } from '../target/target.ts';

export const deploy = tool({
  schema: z
    .object({ intent: z.literal('deploy'), service: z.enum(services), tag: z.string() })
    .describe('Deploy a tag of one service to production. A person looks at it first.'),
  timeoutMs: 60_000,
  onUnknownOutcome: 'retry',
  longRunning: true,
  run: ({ service, tag }, context) =>
    runDeployment({ key: context.idempotencyKey, service, tag }, context),
});

/** ms for the report to come. After that, the target is asked again, by the same key. */
const REPORT_MS = 5_000;

/** Deploys. If a server can take the report of the end, no process waits for it. */
export async function runDeployment(request: DeployRequest, context: ToolContext) {
  const report = reportFor(context);
  const deployment = await startDeployment(request, report);
  const leftMs = deployment.endsAt - Date.now();
  if (report && leftMs > 0) return pending(leftMs + REPORT_MS);
  return await endOf(deployment, context.signal);
}

/** Returns the address and the token with which the target reports the end. */
function reportFor(context: ToolContext): Report | undefined {
  const { REPORT_SECRET, PUBLIC_URL } = process.env;
  if (!REPORT_SECRET || !PUBLIC_URL) return undefined;
  const url = `${PUBLIC_URL}/threads/${context.thread.id}/results`;
  return { url, token: reportToken(context) };
}
