import semver from 'semver';

/** Returns the major of the lowest version in a range: 0 for `*`, and for what is no range. */
export function lowestMajor(range: unknown): number {
  if (typeof range !== 'string' || semver.validRange(range) === null) return 0;
  return semver.minVersion(range)?.major ?? 0;
}
