/** What the tool keeps for itself, by path from the root. */
export const ownPaths = {
  config: '12-factor.json',
  lock: '.12-factor/lock.json',
  schema: '.12-factor/schema.json',
  attributes: '.12-factor/.gitattributes',
  base: (sha256: string): string => `.12-factor/base/${sha256}`,
};

/** Whether a path is one that the tool keeps for itself. */
export const isOwnPath = (path: string): boolean =>
  path === ownPaths.config || path.startsWith('.12-factor/');
