import semver from 'semver';

/** The oldest types of Node with which the copied files compile. */
export const oldestNodeTypes = '20.19.0';

/** Whether a version or a range has types of Node that are new enough. */
export function allowsNodeTypes(range: string): boolean {
  return semver.intersects(range, `>=${oldestNodeTypes}`);
}
