import type { Lock } from '../lock/lock-file.ts';

/** Something of the user's that cannot be read as text or written over; `hash` is of its bytes, if it has any. */
export type Obstacle = { readonly why: string; readonly hash?: string };

/** What is there: texts by path, pristine texts by hash, and what is in the way. */
export type Project = {
  readonly lock: Lock | undefined;
  readonly bases: ReadonlyMap<string, string>;
  readonly disk: ReadonlyMap<string, string>;
  readonly obstacles: ReadonlyMap<string, Obstacle>;
};
