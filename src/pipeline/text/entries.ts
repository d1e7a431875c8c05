/** Maps the name of a package, a script or a variable to its value. */
export type Entries = Readonly<Record<string, string>>;

/** Copies a record without the keys whose value is undefined. */
export function omitUndefined<Key extends string, Value>(
  record: Readonly<Record<Key, Value | undefined>>,
): { [K in Key]?: Value } {
  const copy: { [K in Key]?: Value } = {};
  for (const key of Object.keys(record) as Key[]) {
    const value = record[key];
    if (value !== undefined) copy[key] = value;
  }
  return copy;
}

/** Returns the entries for which `isWanted` holds. */
export function pick(
  entries: Entries,
  isWanted: (name: string, value: string) => boolean,
): Entries {
  const picked = Object.entries(entries).filter(([name, value]) => isWanted(name, value));
  return Object.fromEntries(picked);
}

/** Returns the entries whose names are not in `others`. */
export function without(entries: Entries, others: Entries): Entries {
  return pick(entries, (name) => !Object.hasOwn(others, name));
}
