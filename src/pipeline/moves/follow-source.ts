import type { Repo } from '../repo/repo.ts';
import {
  followImports,
  isSource,
  mentionedPaths,
  type Moved,
  unfollowedImports,
} from './follow-imports.ts';

/** A source file of the user that imports moved files. */
export type SourceFile = {
  readonly path: string;
  /** The text on disk. */
  readonly mine: string;
  /** The text with imports that follow. */
  readonly text: string;
  /** The moved files that it still names by their old paths: only the user can tell. */
  readonly left: readonly string[];
};

/**
 * Returns a source file of the user with imports that follow, or undefined if it does not name a
 * moved file. The text of a file that is not TypeScript or JavaScript stays as it is.
 */
export function followSource(
  path: string,
  mine: string,
  moved: Moved,
  aliases: Repo['aliases'],
): SourceFile | undefined {
  const place = { from: path, to: path };
  const text = isSource(path) ? followImports(mine, place, moved, aliases) : mine;
  const left = new Set([
    ...unfollowedImports(text, path, moved, aliases),
    ...mentionedPaths(text, moved),
  ]);
  if (text === mine && left.size === 0) return undefined;
  return { path, mine, text, left: [...left] };
}
