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
