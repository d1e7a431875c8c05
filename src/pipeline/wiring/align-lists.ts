import type { Part } from './parts.ts';

/** The same parts, with each list called as base calls the one that it shares most names with, whatever mine calls it. */
export function alignLists(parts: readonly Part[], base: readonly Part[]): readonly Part[] {
  const own = namesByList(parts);
  const former = new Map<string, string>();
  for (const [list, names] of namesByList(base)) {
    const heir = heirOf(list, names, own);
    if (heir !== undefined) former.set(heir, list);
  }
  const taken = new Set(former.values());
  const nameOf = (list: string): string =>
    former.get(list) ?? (taken.has(list) ? `${list} of mine` : list);
  return parts.map((part) => ({ ...part, list: nameOf(part.list) }));
}

type Lists = ReadonlyMap<string, ReadonlySet<string>>;

function namesByList(parts: readonly Part[]): Lists {
  const lists = new Map<string, Set<string>>();
  for (const { list, name } of parts) lists.set(list, (lists.get(list) ?? new Set()).add(name));
  return lists;
}

/** Of lists that share equally much it is the one of that name, as it is where none shares anything. */
function heirOf(list: string, names: ReadonlySet<string>, own: Lists): string | undefined {
  const shared = ([other, held]: readonly [string, ReadonlySet<string>]): number =>
    sortOf(other) === sortOf(list)
      ? [...held].filter((name) => !/^(?:default:|\.\.\.)$/.test(name) && names.has(name)).length
      : 0;
  const most = Math.max(0, ...[...own].map(shared));
  const best = [...own].filter((one) => shared(one) === most).map(([other]) => other);
  if (best.includes(list)) return list;
  return most > 0 && best.length === 1 ? best[0] : undefined;
}

function sortOf(list: string): string {
  return list.split(' ')[0] ?? '';
}
