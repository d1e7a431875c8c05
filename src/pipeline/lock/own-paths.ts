/** The paths of the tool's own files, from the project's root. */
export const ownPaths = {
  config: '12-factor.json',
  lock: '.12-factor/lock.json',
  schema: '.12-factor/schema.json',
  attributes: '.12-factor/.gitattributes',
  base: (sha256: string): string => `.12-factor/base/${sha256}`,
};

/** Returns whether a path is one of the tool's own files. */
export const isOwnPath = (path: string): boolean =>
  path === ownPaths.config || path.startsWith('.12-factor/');
