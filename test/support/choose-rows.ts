/**
 * The rows of these names, in their own order; all of them, if none is named. @throws if there is
 * no such row
 */
export function chooseRows<R extends { readonly name: string }>(
  rows: readonly R[],
  names: readonly string[] = [],
): readonly R[] {
  const unknown = names.find((name) => !rows.some((row) => row.name === name));
  if (unknown !== undefined)
    throw new Error(
      `There is no row ${unknown}. There are ${rows.map(({ name }) => name).join(', ')}.`,
    );
  return names.length === 0 ? rows : rows.filter(({ name }) => names.includes(name));
}
