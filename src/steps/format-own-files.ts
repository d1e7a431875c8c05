import type { Format } from '../pipeline/decide/format-versions.ts';
import type { Change, Plan } from '../pipeline/plan/change.ts';

/**
 * Formats the tool's own JSON files with the project's formatter, so that a check of the whole
 * repository passes. A file that is not formatted stays as planned.
 */
export async function formatOwnFiles(plan: Plan, format: Format): Promise<Plan> {
  const files = plan.changes.filter(isOwnJson).map(({ path, text }) => ({ path, text }));
  if (files.length === 0) return plan;
  const formatted = await format(files);
  const texts = new Map(files.map(({ path, text }, index) => [path, formatted[index] ?? text]));
  const changes = plan.changes.map((change) => {
    if (!isOwnJson(change)) return change;
    return { ...change, text: texts.get(change.path) ?? change.text };
  });
  return { ...plan, changes };
}

const isOwnJson = (change: Change): change is Change & { readonly text: string } =>
  change.role === 'own' && change.path.endsWith('.json') && 'text' in change;
