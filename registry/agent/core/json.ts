/** Returns undefined for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JSON nested deeper could overflow the stack of code that walks it. */
export const MAX_DEPTH = 50;

/** Whether JSON keeps a value as it is: no bigint, no NaN, and not nested too deep. */
export function isJson(value: unknown, levels = MAX_DEPTH): boolean {
  if (typeof value === 'bigint') return false;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((item) => isJson(item, levels - 1));
}

/** Says which number of a JSON text would be rounded by parsing, as the start of a sentence. */
export function inexactNumber(json: string): string | undefined {
  const withoutTexts = json.replace(/\\./g, '').replace(/"[^"]*"/g, '""');
  // A double keeps every number of 15 digits without an exponent.
  const long = withoutTexts.match(/[-.\d]{16,}(?:e[-+]?\d+)?|[-.\d]+e[-+]?\d+/gi) ?? [];
  const inexact = long.find((number) => !isExact(number));
  return inexact && `${inexact.slice(0, 40)} cannot be kept exactly as a number`;
}

/** Tells whether JSON prints the same digits again. Some programs print 17 of each fraction. */
function isExact(number: string): boolean {
  const value = Number(number);
  const printed = String(value);
  if (printed === number || digitsOf(printed) === digitsOf(number)) return true;
  return !Number.isInteger(value) && digitsOf(value.toPrecision(17)) === digitsOf(number);
}

/** Returns the digits without the zeros around them. `Infinity` has none. */
const digitsOf = (number: string) =>
  number.replace(/^[-.0]+|e.*|\D/gi, '').replace(/([1-9])0+$/, '$1');
