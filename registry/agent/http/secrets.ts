import { timingSafeEqual } from 'node:crypto';
import { Refused } from '../core/errors.ts';

const MIN_SECRET_CHARS = 16;

/**
 * Returns the secrets in an environment variable, which has commas between them: a new one comes
 * first, while old ones are still in use. `need` says what they are for, in a sentence.
 * @throws Refused if there are none, or one is too short
 */
export function secretsIn(variable: string, need: string): readonly string[] {
  const texts = (process.env[variable] ?? '').split(',').map((text) => text.trim());
  const secrets = texts.filter((text) => text !== '');
  if (secrets.length === 0) throw new Refused(`Set ${variable} in .env: ${need}.`);
  if (secrets.every(({ length }) => length >= MIN_SECRET_CHARS)) return secrets;
  throw new Refused(`A secret in ${variable} is too short: use ${MIN_SECRET_CHARS} characters.`);
}

/** Compares two texts in a time that depends only on their lengths. */
export function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
