/** Returns undefined for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Says which number of a JSON text would be rounded by parsing, as the start of a sentence. */
export function inexactNumber(json: string): string | undefined {
  for (let at = 0; at < json.length; at += 1) {
    if (json[at] === '"') at = endOfString(json, at);
    const start = at;
    at = endOfDigits(json, start);
    const hasExponent = at > start && (json[at] === 'e' || json[at] === 'E');
    if (hasExponent) at = endOfDigits(json, at + 2);
    // A double keeps every number of 15 digits without an exponent.
    if (!hasExponent && at - start <= 15) continue;
    const number = json.slice(start, at);
    if (!isExact(number)) return `${number.slice(0, 40)} has too many digits for a number`;
  }
  return undefined;
}

/** Counts `-` and `.` as digits: the characters from `-` to `9`, of which JSON has no `/`. */
function endOfDigits(json: string, start: number): number {
  let end = start;
  while (json.charCodeAt(end) >= 0x2d && json.charCodeAt(end) <= 0x39) end += 1;
  return end;
}

/** Returns the index of the quote that ends a string: an even number of `\` is before it. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let first = end;
    while (json[first - 1] === '\\') first -= 1;
    if ((end - first) % 2 === 0) return end;
  }
  return json.length;
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
