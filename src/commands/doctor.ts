import { inspectAgent } from '../io/inspect-agent.ts';
import { requestUpdate } from '../pipeline/resolve/change-request.ts';
import { countProblems, diagnose, inspectionFor } from '../pipeline/doctor/diagnose.ts';
import { showFindings } from '../ui/show-findings.ts';
import type { Flags, Context } from '../steps/context.ts';
import { openInstalled } from '../steps/open-project.ts';
import { proposeChanges } from '../steps/propose-changes.ts';

/** Checks an installed agent without running it. The exit code is 1 if there are problems. */
export async function doctor(flags: Flags, context: Context): Promise<void> {
  const { terminal } = context;
  const opened = await openInstalled(flags, context);
  const { lock, repo, catalogue } = opened;
  const {
    selection,
    onDisk: project,
    decisions,
  } = await proposeChanges(opened, requestUpdate(opened, [], new Set()), context);
  const components = selection.components.map(({ component }) => component);
  const agent = { lock, repo, components, catalogue: catalogue.components, project, decisions };
  const inspection = await inspectAgent(repo, lock, inspectionFor(agent), context.env);
  const findings = diagnose(agent, inspection);
  const problems = countProblems(findings);
  if (problems > 0) context.exit(1);
  if (terminal.json) return terminal.document({ findings, problems });
  showFindings(findings, problems, terminal);
}
