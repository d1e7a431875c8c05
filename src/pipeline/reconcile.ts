import type { Merge, Sides, Verdict } from '../types.ts';

/** Decides one file from its three texts. Texts that differ in line endings alone count as one; mine keeps its own. */
export async function reconcile(sides: Sides, merge: Merge): Promise<Verdict> {
  const { known, mine, theirs } = sides;
  if (!known) return adopt(mine, theirs);
  if (theirs === undefined) return withdraw(sides);
  if (mine === undefined) return leaveDeleted(sides.base, theirs);
  if (same(mine, theirs)) return { kind: 'unchanged' };
  if (sides.base === undefined)
    return { kind: 'conflict', why: 'its pristine copy is lost, and without it nothing is guessed' };
  if (same(sides.base, theirs)) return { kind: 'keep-mine' };
  if (same(sides.base, mine)) return { kind: 'take-theirs', text: withEndingsOf(mine, theirs) };
  const merged = await merge(lf(sides.base), lf(mine), lf(theirs));
  return merged.kind === 'merged' ? { kind: 'merged', text: withEndingsOf(mine, merged.text) } : merged;
}

function adopt(mine: string | undefined, theirs: string | undefined): Verdict {
  if (theirs === undefined) return { kind: 'unchanged' };
  if (mine === undefined) return { kind: 'create', text: theirs };
  return same(mine, theirs) ? { kind: 'unchanged' } : { kind: 'conflict', why: 'it is there already, and not ours' };
}

function withdraw({ base, mine }: Sides): Verdict {
  if (mine === undefined) return { kind: 'unchanged' };
  if (base !== undefined && same(base, mine)) return { kind: 'delete' };
  return { kind: 'keep-mine', why: 'upstream no longer has it; you edited it, so it stays' };
}

function leaveDeleted(base: string | undefined, theirs: string): Verdict {
  if (base !== undefined && same(base, theirs)) return { kind: 'keep-mine' };
  return { kind: 'keep-mine', why: 'upstream changed it; you deleted it, so it stays deleted' };
}

function same(a: string, b: string): boolean {
  return a === b || lf(a) === lf(b);
}

function lf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function withEndingsOf(mine: string, text: string): string {
  return mine.includes('\r\n') ? lf(text).replaceAll('\n', '\r\n') : text;
}
