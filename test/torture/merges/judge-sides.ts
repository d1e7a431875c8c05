import { resolveConflict } from '../../../src/pipeline/decide/resolve-conflict.ts';
import type { Decision } from '../../../src/pipeline/decide/decision.ts';
import type { Place } from '../../../src/pipeline/text/conflict-markers.ts';
import { lf } from '../../../src/pipeline/text/line-endings.ts';
import { tagged } from './edits.ts';

/**
 * What is wrong with both ways to resolve a conflict. Skipping keeps each line of the user and
 * takes upstream's outside of the conflicts; overwriting keeps the user's edits outside of them.
 */
export function faultsOfSides(decision: Decision): readonly string[] {
  const { action, mine = '', adaptedTheirs = '' } = decision;
  if (action.kind !== 'conflict') return [];
  const skipped = lf(textAfter(resolveConflict(decision, 'skip')));
  const overwritten = lf(textAfter(resolveConflict(decision, 'overwrite')));
  if (action.sides === undefined)
    return [
      ...(skipped === lf(mine) ? [] : ['skipping a whole file writes something']),
      ...(overwritten === lf(adaptedTheirs) ? [] : ['overwriting does not write upstream’s']),
    ];
  const { places } = action.sides;
  const marked = lf(action.sides.marked);
  const [yours, upstream] = [linesOf(places, 'yours'), linesOf(places, 'upstream')];
  const tags = [...new Set(marked.match(tagged))];
  return tags.flatMap((tag) => {
    const inYours = count(yours, tag);
    const inUpstream = count(upstream, tag);
    const outside = count(marked, tag) - inYours - inUpstream;
    const isUsers = tag.startsWith('zqu');
    return [
      ...differs(`${tag} after skip`, count(skipped, tag), outside + inYours),
      ...differs(`${tag} after overwrite`, count(overwritten, tag), outside + inUpstream),
      ...(isUsers ? differs(`${tag} of mine`, count(skipped, tag), count(lf(mine), tag)) : []),
      ...(isUsers
        ? []
        : differs(`${tag} of theirs`, count(overwritten, tag), count(lf(adaptedTheirs), tag))),
    ];
  });
}

/** Returns the text on disk after a resolved decision. */
export function textAfter({ action, mine = '' }: Decision): string {
  return 'text' in action ? action.text : mine;
}

function linesOf(places: readonly Place[], side: 'yours' | 'upstream'): string {
  return places.flatMap((place) => place[side]).join('\n');
}

function count(text: string, tag: string): number {
  return text.split(new RegExp(`${tag}(?!\\d)`)).length - 1;
}

function differs(what: string, found: number, wanted: number): readonly string[] {
  return found === wanted ? [] : [`${what}: ${found} of ${wanted}`];
}
