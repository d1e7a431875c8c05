import { inspectAgent } from '../io/inspect-agent.ts';
import { requestUpdate } from '../pipeline/resolve/change-request.ts';
import { countProblems, diagnose, inspectionFor } from '../pipeline/doctor/diagnose.ts';
import { showFindings } from '../ui/show-findings.ts';
import type { Flags, Context } from '../steps/context.ts';
import { openInstalled } from '../steps/open-project.ts';
import { proposeChanges } from '../steps/propose-changes.ts';

/** Says what is wrong with an installed agent without running it; exit code 1 when something is. */
export async function doctor(flags: Flags, context: Context): Promise<void> {
  const { terminal } = context;
  const opened = await openInstalled(flags, context);
  const { lock, repo, catalogue } = opened;
  const { selection, project, decisions } = await proposeChanges(
    opened,
    requestUpdate(opened, [], new Set()),
    context,
  );
  const components = selection.components.map(({ component }) => component);
  const patient = { lock, repo, components, catalogue: catalogue.components, project, decisions };
  const findings = diagnose(
    patient,
    await inspectAgent(repo.root, lock, inspectionFor(patient), context.env),
  );
  const problems = countProblems(findings);
  if (problems > 0) context.exit(1);
  if (terminal.json) return terminal.document({ findings, problems });
  showFindings(findings, problems, terminal);
}
