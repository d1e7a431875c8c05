import type { Format } from '../pipeline/decide/format-versions.ts';
import { type Edited, keepFormatted } from '../pipeline/decide/keep-formatted.ts';
import type { Change, Plan } from '../pipeline/plan/change.ts';

/**
 * Formats with the project's formatter, so that a check of the whole repository passes: the tool's
 * own JSON files, and the user's files that were formatted before. A file that is not formatted
 * stays as planned.
 */
export async function formatPlan(plan: Plan, format: Format): Promise<Plan> {
  const own = plan.changes.filter(isOwnJson);
  const edited = plan.changes.flatMap(editOf);
  const [ownTexts, texts] = await Promise.all([
    own.length === 0 ? [] : format(own.map(({ path, text }) => ({ path, text }))),
    keepFormatted(edited, format),
  ]);
  const formatted = new Map([
    ...own.map(({ path, text }, index) => [path, ownTexts[index] ?? text] as const),
    ...edited.map(({ path, after }, index) => [path, texts[index] ?? after] as const),
  ]);
  const changes = plan.changes.map((change) => {
    const text = 'text' in change ? formatted.get(change.path) : undefined;
    return text === undefined ? change : { ...change, text };
  });
  return { ...plan, changes };
}

const isOwnJson = (change: Change): change is Change & { readonly text: string } =>
  change.role === 'own' && change.path.endsWith('.json') && 'text' in change;

/** Returns the edit of a file of the user that has a format: package.json, or a source. */
function editOf(change: Change): readonly Edited[] {
  const { role, path, mine } = change;
  if (!('text' in change) || change.text === undefined || mine === undefined) return [];
  const isUsers = role === 'user' || (role === 'shared' && path.endsWith('.json'));
  return isUsers ? [{ path, before: mine, after: change.text }] : [];
}
