import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { withoutBom } from '../pipeline/text/byte-order-mark.ts';
import { readText } from './read-text.ts';

/** The patterns of a workspace's packages, and whether pnpm-workspace.yaml has them. */
export type WorkspaceGlobs = {
  readonly globs: readonly string[];
  readonly isPnpm: boolean;
};

/**
 * Reads the workspace patterns of a folder. Undefined if it is not the root of a workspace.
 * @throws UserError if pnpm-workspace.yaml is not YAML
 */
export async function readWorkspaceGlobs(folder: string): Promise<WorkspaceGlobs | undefined> {
  const pnpmPath = join(folder, 'pnpm-workspace.yaml');
  const [pnpm, packageJson] = await Promise.all([
    readText(pnpmPath),
    readText(join(folder, 'package.json')),
  ]);
  // The YAML parser is slow to load.
  const isLikely = pnpm !== undefined || packageJson?.includes('workspaces') === true;
  if (!isLikely) return undefined;
  const { globsOfPackageJson, globsOfPnpm } = await import('../pipeline/repo/workspace-globs.ts');
  if (pnpm === undefined) {
    const globs = globsOfPackageJson(withoutBom(packageJson ?? ''));
    return globs && { globs, isPnpm: false };
  }
  try {
    return { globs: globsOfPnpm(pnpm), isPnpm: true };
  } catch {
    throw new UserError(`${pnpmPath} is not YAML.`, {
      code: 'bad-usage',
      hint: 'Fix it, then try again.',
    });
  }
}
