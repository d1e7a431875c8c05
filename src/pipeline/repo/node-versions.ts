import semver from 'semver';

/** The versions of Node that a repo runs on. */
export type NodeVersions = {
  /** The one that runs the tool. */
  readonly running: string;
  /** The text of the nearest `.nvmrc` or `.node-version`. */
  readonly pinned?: { readonly file: string; readonly version: string } | undefined;
  /** `engines.node` of package.json. */
  readonly engines?: string | undefined;
};

/** Returns why code for a range of Node does not run here. Undefined if it does. */
export function nodeProblem(range: string, versions: NodeVersions): string | undefined {
  const { running, pinned, engines } = versions;
  if (!semver.satisfies(running, range, { includePrerelease: true }))
    return `this is Node ${running}`;
  if (pinned && !mayBeIn(pinned.version, range)) return `${pinned.file} says ${pinned.version}`;
  if (engines !== undefined && !mayBeIn(engines, range))
    return `package.json has "engines" for Node ${engines}`;
  return undefined;
}

/** Whether `engines` allows only versions of a range. A repo without it promises nothing. */
export function allowsOnly(range: string, { engines }: NodeVersions): boolean {
  if (engines === undefined || semver.validRange(engines) === null) return true;
  return semver.subset(engines, range);
}

/** A name such as `lts/*` is not a range: there is nothing to compare. */
function mayBeIn(version: string, range: string): boolean {
  return semver.validRange(version) === null || semver.intersects(version, range);
}

/** Says a range in words: `Node 22.13 or later`. */
export function nodeText(range: string): string {
  const [, lowest] = /^>=([\d.]+)$/.exec(range) ?? [];
  return lowest === undefined ? `Node ${range}` : `Node ${lowest} or later`;
}
