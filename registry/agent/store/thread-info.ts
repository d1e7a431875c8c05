import type { Query, ThreadIndex, ThreadInfo } from '../core/store.ts';

/** Converts a database row, in which null means missing. */
export function toInfo(row: object): ThreadInfo {
  const entries = Object.entries(row).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as ThreadInfo;
}

/** Whether a thread matches a query, for stores that filter in memory. */
export function matchesQuery(index: ThreadIndex, { status, owner, dueBefore }: Query): boolean {
  if (status !== undefined && index.status !== status) return false;
  if (owner !== undefined && index.owner !== owner) return false;
  if (dueBefore === undefined) return true;
  return index.due !== undefined && index.due < dueBefore;
}
