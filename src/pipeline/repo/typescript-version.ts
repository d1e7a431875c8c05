import semver from 'semver';
import { UserError } from '../../errors.ts';

/** The oldest TypeScript that compiles the copied files. */
const oldest = '5.6.0';

/**
 * Returns what is wrong with the TypeScript of a repo: it is too old. The installed version counts,
 * else the range in package.json.
 */
export function typescriptProblem(
  installed: unknown,
  range: string | undefined,
): string | undefined {
  const version = typeof installed === 'string' ? semver.coerce(installed) : null;
  if (version !== null) {
    return semver.lt(version, oldest) ? `TypeScript ${version.version} is installed` : undefined;
  }
  const isOld = range !== undefined && !semver.intersects(range, `>=${oldest}`);
  return isOld ? `package.json has TypeScript ${range}` : undefined;
}

/** Returns the spec that solves the problem. */
export const typescriptFix = `typescript@^${oldest}`;

/** The sentence about a problem. */
export function typescriptSentence(problem: string): string {
  return `${problem}, but the copied code needs 5.6 or later.`;
}

/** Refuses a TypeScript that is too old. @throws UserError */
export function checkTypescript(
  problem: string | undefined,
  install: (spec: string) => string,
): void {
  if (problem === undefined) return;
  throw new UserError(typescriptSentence(problem), {
    code: 'incompatible',
    hint: `Change it first: ${install(typescriptFix)}`,
  });
}
