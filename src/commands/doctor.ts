import { examine } from '../io/inspect-agent.ts';
import { wishUpdated } from '../pipeline/resolve/change-request.ts';
import { countProblems, diagnose, questions } from '../pipeline/doctor/diagnose.ts';
import { showFindings } from '../ui/show-findings.ts';
import type { Flags, Setting } from '../steps/context.ts';
import { openInstalled } from '../steps/open-project.ts';
import { propose } from '../steps/propose-changes.ts';

/** Says what is wrong with an installed agent without running it; exit code 1 when something is. */
export async function doctor(flags: Flags, setting: Setting): Promise<void> {
  const { terminal } = setting;
  const opened = await openInstalled(flags, setting);
  const { lock, repo, catalogue } = opened;
  const { selection, project, decisions } = await propose(opened, wishUpdated(opened, [], new Set()), setting);
  const components = selection.picked.map(({ component }) => component);
  const patient = { lock, repo, components, catalogue: catalogue.components, project, decisions };
  const findings = diagnose(patient, await examine(repo.root, lock, questions(patient)));
  const problems = countProblems(findings);
  if (problems > 0) setting.exit(1);
  if (terminal.json) return terminal.document({ findings, problems });
  showFindings(findings, problems, terminal);
}
