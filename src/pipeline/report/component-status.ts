import semver from 'semver';
import type { Catalogue } from '../resolve/catalogue.ts';
import type { Decision } from '../decide/decision.ts';
import type { Lock } from '../lock/lock-file.ts';
import type { Release } from '../registry/component.ts';
import type { Wanted } from '../render/wanted.ts';
import { conflictsIn } from '../text/conflict-markers.ts';

/** One owner of files: what the user did with them, and what upstream did since. */
export type Status = {
  readonly name: string;
  readonly you: 'as it was' | 'edited' | 'deleted' | 'edited and deleted';
  readonly upstream: 'as it was' | 'newer' | 'gone';
  /** What is new, the newest first. */
  readonly news: readonly Release[];
  readonly edited: readonly string[];
  readonly deleted: readonly string[];
  /** Files that still have the markers of an update. */
  readonly unfinished: readonly string[];
};

/** The state of everything installed, by component; `wanted` is what a whole update would want. */
export function statusOf(
  lock: Lock,
  { components, orphans: ghosts }: Catalogue,
  wanted: Wanted,
  decisions: readonly Decision[],
): readonly Status[] {
  const owners = [
    ...new Set([...Object.keys(lock.components), ...decisions.map(({ owner }) => owner)]),
  ];
  return owners.map((name): Status => {
    const files = decisions.filter(({ owner, before }) => owner === name && before !== undefined);
    const edited = files.filter((file) => file.edited).map(({ path }) => path);
    const deleted = files
      .filter(({ mine, action: verdict }) => mine === undefined && verdict.kind !== 'conflict')
      .map(({ path }) => path);
    const before = lock.components[name];
    const component = components.find((one) => one.name === name);
    const isNewer =
      (before !== undefined && wanted.lock.components[name]?.hash !== before.hash) ||
      files.some(isWiredAnew);
    return {
      name,
      you: whatYouDid(edited.length > 0, deleted.length > 0),
      upstream: ghosts.has(name) ? 'gone' : isNewer ? 'newer' : 'as it was',
      news:
        before && isNewer
          ? (component?.changes ?? []).filter(({ version }) => isAfter(version, before.version))
          : [],
      edited,
      deleted,
      unfinished: files
        .filter(({ mine }) => mine !== undefined && conflictsIn(mine).length > 0)
        .map(({ path }) => path),
    };
  });
}

/** What is wired may change without the component that the file belongs to. */
function isWiredAnew({ role, action: verdict }: Decision): boolean {
  return role === 'rendered' && ['take-theirs', 'merged', 'conflict'].includes(verdict.kind);
}

function whatYouDid(edited: boolean, deleted: boolean): Status['you'] {
  if (edited && deleted) return 'edited and deleted';
  if (edited) return 'edited';
  return deleted ? 'deleted' : 'as it was';
}

const isAfter = (version: string, other: string): boolean =>
  semver.valid(version) !== null && semver.valid(other) !== null && semver.gt(version, other);

/** Whether there is something to do: news to take, or an update to finish. */
export function hasNews({ upstream, unfinished }: Status): boolean {
  return upstream === 'newer' || unfinished.length > 0;
}

/** The rows of `status`: name, what you did, what upstream did, and a sentence. */
export function statusRows(
  all: readonly Status[],
): readonly (readonly [string, string, string, string])[] {
  const short = (word: string) => (word === 'as it was' ? '-' : word);
  return all
    .filter(
      (one) => one.you !== 'as it was' || one.upstream !== 'as it was' || one.unfinished.length > 0,
    )
    .map((one) => [one.name, short(one.you), short(one.upstream), sentence(one)]);
}

function sentence({ upstream, news, unfinished }: Status): string {
  if (unfinished.length > 0) return `conflict markers in ${unfinished.join(', ')}`;
  const [newest, ...older] = news;
  if (newest)
    return `${newest.sentence} (${newest.version}${older.length > 0 ? `, and ${older.length} more` : ''})`;
  if (upstream === 'gone') return 'not found where it came from: it stays as it is';
  return upstream === 'newer' ? 'changed, without a word about it' : '';
}
