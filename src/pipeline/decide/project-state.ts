import type { Lock } from '../lock/lock-file.ts';

/**
 * Something at a path that cannot be read as text: a link, a folder, or a file that
 * is not text. Only a file has a `hash`, the sha256 (hex) of its bytes, and only a
 * file can be overwritten. `isMoving` means that it is at the old path of a file that moves.
 */
export type Obstacle = {
  readonly why: string;
  readonly hash?: string;
  readonly isMoving?: boolean;
};

/**
 * The state of a project before a command. `bases` has the base copies by their
 * sha256 (hex), `disk` the texts by path, `obstacles` the paths that cannot be read
 * as text. `moved` has the old paths of the files that the command moves, by their
 * new path: the rest is then the state after these moves.
 */
export type Project = {
  readonly lock: Lock | undefined;
  readonly bases: ReadonlyMap<string, string>;
  readonly disk: ReadonlyMap<string, string>;
  readonly obstacles: ReadonlyMap<string, Obstacle>;
  readonly moved?: ReadonlyMap<string, readonly string[]>;
};
