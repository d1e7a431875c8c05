import type { NeededVariable } from '../resolve/needed-variables.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** Checks that the needed variables are set. `set` has the names of those that are. */
export function checkVariables(
  needed: readonly NeededVariable[],
  set: ReadonlySet<string>,
): readonly Finding[] {
  const missing = needed.filter(({ name }) => !set.has(name)).map(missingVariable);
  const present = needed.filter(({ name }) => set.has(name)).map(({ name }) => name);
  if (present.length === 0) return missing;
  const verb = present.length === 1 ? 'is' : 'are';
  return [ok(`${present.join(', ')} ${verb} set`), ...missing];
}

function missingVariable({ name, by, when }: NeededVariable): Finding {
  const what = `${name} is not set`;
  if (when === 'now') return fail(what, `${by} needs it: set it in .env`);
  if (when === 'served')
    return warn(what, `a server or a worker needs it for ${by}: set it in .env`);
  return warn(what, `needed when modelFor in policy.ts chooses ${by}: set it in .env`);
}
