import { lf } from '../../../src/pipeline/text/line-endings.ts';
import type { Decision } from '../../../src/pipeline/decide/decision.ts';
import { tagged } from './edits.ts';
import type { MergeCase } from './merge-case.ts';

/** What is wrong with how a file was decided; nothing where all is well. */
export function faultsOf(
  one: MergeCase,
  { base, adaptedTheirs: theirs, action: verdict }: Decision,
): readonly string[] {
  const mine = lf(one.mine);
  if (base === undefined || theirs === undefined) return ['it has lost its base'];
  const pair = { base: lf(base), mine, theirs: lf(theirs) };
  if (verdict.kind === 'conflict') {
    if (pair.mine === pair.base) return ['a conflict, though the user edited nothing'];
    if (!verdict.sides || verdict.theirs === undefined) return ['a conflict without its texts'];
    const { marked } = verdict.sides;
    return [
      ...tagFaults(pair, lf(marked)),
      ...ownLines(pair, lf(marked)),
      ...endings(one.mine, marked),
    ];
  }
  if (verdict.kind === 'unchanged')
    return pair.base === pair.theirs || pair.mine === pair.theirs
      ? []
      : ['unchanged, but upstream has news'];
  // What is kept has to have upstream's news already.
  const written = 'text' in verdict ? (verdict.text ?? '') : one.mine;
  const result = lf(written);
  if (pair.mine === pair.base)
    return result === pair.theirs ? [] : ['unedited, but it did not become theirs'];
  if (verdict.kind === 'take-theirs') return ['overwritten, though the user edited it'];
  const expected = one.expected;
  // Then a line of one depth may read as another one's does.
  const isReindented = one.isReformatted === true && pair.base === one.base;
  return [
    ...tagFaults(pair, result),
    ...ownLines(pair, result),
    ...uniqueLines(one, pair, result),
    ...(isReindented ? [] : inOrder(one.upstream.moved, pair, result, 'mine')),
    ...(isReindented ? [] : inOrder(one.user?.moved ?? new Set(), pair, result, 'theirs')),
    ...endings(one.mine, written),
    ...(expected === undefined || expected === result
      ? []
      : ['not what the edits together come to']),
  ];
}

/** Letters from which on a line is taken for the same one wherever it is. */
const distinct = 20;

type Three = { readonly base: string; readonly mine: string; readonly theirs: string };

/** Each side's tags are there as often as that side has them. */
function tagFaults({ mine, theirs }: Three, result: string): readonly string[] {
  const found = countOf(result.match(tagged) ?? []);
  return [mine, theirs].flatMap((side, index) =>
    [...countOf(side.match(tagged) ?? [])]
      .filter(([tag, times]) => found.get(tag) !== times)
      .map(
        ([tag, times]) =>
          `${index === 0 ? "the user's" : "upstream's"} ${tag}: ${found.get(tag) ?? 0} of ${times}`,
      ),
  );
}

/** Each line with a tag of one side alone is there letter by letter. */
function ownLines({ mine, theirs }: Three, result: string): readonly string[] {
  const found = countOf(result.split('\n'));
  return [mine, theirs].flatMap((side) =>
    [...countOf(side.split('\n'))]
      .filter(([line, times]) => /zq[ut]\d/.test(line) && found.get(line) !== times)
      .map(([line, times]) => `${found.get(line) ?? 0} of ${times}: ${line}`),
  );
}

/**
 * A line that is nowhere twice is there if both have it or one put it in, and gone if one took it
 * out.
 */
function uniqueLines(
  one: MergeCase,
  { base, mine, theirs }: Three,
  result: string,
): readonly string[] {
  const counts = [base, mine, theirs, result].map((text) => countOf(text.split('\n')));
  const all = new Set(counts.flatMap((lines) => [...lines.keys()]));
  const moved = one.upstream.moved.size + (one.user?.moved.size ?? 0) > 0;
  // What was moved reads otherwise once it is formatted.
  if (base !== one.base && moved) return [];
  return [...all].flatMap((line) => {
    if (line.trim() === '' || one.upstream.moved.has(line) || one.user?.moved.has(line)) return [];
    const [was = 0, own = 0, new_ = 0, now = 0] = counts.map((lines) => lines.get(line) ?? 0);
    if (Math.max(was, own, new_) > 1) return [];
    const isKept = was === 1 ? own + new_ === 2 : own + new_ > 0;
    const most = was === 0 && own + new_ === 2 ? 2 : Number(isKept);
    // Moving one part down is moving the next one up: taken out by the other side, it is new at its
    // new place.
    const mostMoved = moved && own + new_ > 0 ? Math.max(1, most) : most;
    return now >= Number(isKept) && now <= mostMoved
      ? []
      : [`${now} times, ${was}/${own}/${new_}: ${line}`];
  });
}

/**
 * Lines that are nowhere twice are in the order in which this side has them, unless the other one
 * moved some.
 */
function inOrder(
  moved: ReadonlySet<string>,
  texts: Three,
  result: string,
  side: 'mine' | 'theirs',
): readonly string[] {
  if (moved.size > 0) return [];
  const lines = [texts[side], result, texts.base, texts[side === 'mine' ? 'theirs' : 'mine']].map(
    (text) => text.split('\n'),
  );
  const [own, now, was, other] = lines.map(countOf);
  const isOnce = (line: string) => {
    const times = was?.get(line) ?? 0;
    // A short one, as a bracket, may be another one in each text.
    return (
      line.trim().length >= distinct &&
      own?.get(line) === 1 &&
      now?.get(line) === 1 &&
      times < 2 &&
      other?.get(line) === was?.get(line)
    );
  };
  const [wanted, found] = lines.map((all) => all.filter(isOnce));
  const at = wanted?.findIndex((line, index) => line !== found?.[index]) ?? -1;
  return at < 0 ? [] : [`out of order for ${side}: ${wanted?.[at]}`];
}

/** All line endings are those that mine had, and a byte order mark stays. */
function endings(mine: string, result: string): readonly string[] {
  const lone = /(?<!\r)\n/.test(result);
  return [
    ...(mine.includes('\r\n')
      ? lone
        ? ['LF among CRLF']
        : []
      : result.includes('\r\n')
        ? ['CRLF among LF']
        : []),
    ...(mine.startsWith('\uFEFF') && !result.includes('\uFEFF')
      ? ['the byte order mark is gone']
      : []),
  ];
}

/** Returns how often each item is there. */
export function countOf(items: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
