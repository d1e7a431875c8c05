import type { Part } from './parts.ts';

type Names = ReadonlySet<string>;

/**
 * Renames the lists of a text to the names that they have in the base, because the
 * user may have renamed the variable or the function that names a list. Each list
 * of the base is matched with the list of the same kind that shares the most part
 * names with it.
 */
export function alignLists(parts: readonly Part[], base: readonly Part[]): readonly Part[] {
  const lists = namesByList(parts);
  const baseNames = new Map<string, string>();
  for (const [baseList, names] of namesByList(base)) {
    const match = findMatch(baseList, names, lists);
    if (match !== undefined) baseNames.set(match, baseList);
  }
  const taken = new Set(baseNames.values());
  const nameOf = (list: string): string => {
    const baseName = baseNames.get(list);
    if (baseName !== undefined) return baseName;
    // A list that the base does not have must not get the name of another one.
    return taken.has(list) ? `${list} of mine` : list;
  };
  return parts.map((part) => ({ ...part, list: nameOf(part.list) }));
}

function namesByList(parts: readonly Part[]): ReadonlyMap<string, Names> {
  const lists = new Map<string, Set<string>>();
  for (const { list, name } of parts) {
    const names = lists.get(list) ?? new Set();
    lists.set(list, names.add(name));
  }
  return lists;
}

/** Finds the list that shares the most names. On a tie, only the same name matches. */
function findMatch(
  baseList: string,
  baseNames: Names,
  lists: ReadonlyMap<string, Names>,
): string | undefined {
  const shared = new Map<string, number>();
  for (const [list, names] of lists) {
    const isSameKind = kindOf(list) === kindOf(baseList);
    shared.set(list, isSameKind ? countShared(names, baseNames) : 0);
  }
  const most = Math.max(0, ...shared.values());
  const best = [...lists.keys()].filter((list) => shared.get(list) === most);
  if (best.includes(baseList)) return baseList;
  return most > 0 && best.length === 1 ? best[0] : undefined;
}

/** Counts common names, except `default:` and spreads, which occur in many lists. */
function countShared(names: Names, others: Names): number {
  const isDistinct = (name: string) => name !== 'default:' && name !== '...';
  return [...names].filter((name) => isDistinct(name) && others.has(name)).length;
}

/** Returns `imports`, `object` or `switch`. */
function kindOf(list: string): string {
  return list.split(' ')[0] ?? '';
}
