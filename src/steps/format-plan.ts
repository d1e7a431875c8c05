import type { Format } from '../pipeline/decide/format-versions.ts';
import { type Edited, keepFormatted } from '../pipeline/decide/keep-formatted.ts';
import type { Change, Plan } from '../pipeline/plan/change.ts';

/**
 * Formats with the project's formatter, so that a check of the whole repository passes: the tool's
 * own JSON files, and the user's files that were formatted before. A file that is not formatted
 * stays as planned.
 */
export async function formatPlan(plan: Plan, format: Format): Promise<Plan> {
  const edits = plan.changes.flatMap(editOf);
  const formatted = await keepFormatted(edits, format);
  const texts = new Map(edits.map(({ path, after }, index) => [path, formatted[index] ?? after]));
  const changes = plan.changes.map((change) => {
    const text = 'text' in change ? texts.get(change.path) : undefined;
    return text === undefined ? change : { ...change, text };
  });
  return { ...plan, changes };
}

/** Returns the edit of a file that has a format: JSON, or a source of the user. */
function editOf(change: Change): readonly Edited[] {
  const { role, path, mine: before } = change;
  if (!('text' in change) || change.text === undefined) return [];
  const isJson = path.endsWith('.json');
  if (role === 'own' && isJson) return [{ path, before: undefined, after: change.text }];
  const isUsers = role === 'user' || (role === 'shared' && isJson);
  return isUsers && before !== undefined ? [{ path, before, after: change.text }] : [];
}
