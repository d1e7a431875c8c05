/** Returns a map of the entries that have a value. */
export function definedEntries<Value>(
  entries: Iterable<readonly [string, Value | undefined]>,
): ReadonlyMap<string, Value> {
  const defined = new Map<string, Value>();
  for (const [key, value] of entries) {
    if (value !== undefined) defined.set(key, value);
  }
  return defined;
}
