import { TextDecoder } from 'node:util';
import { Refused } from '../core/errors.ts';
import type { Store } from '../core/store.ts';
import { exportThreads, importThreads, type Imported } from '../store/transfer.ts';
import { remark } from '../screen/text.ts';
import type { Screen } from '../screen/screen.ts';
import { self } from './program.ts';
import { inert } from './show.ts';

/** Characters of a line, which is one thread, before it is taken for something else. */
const LONGEST = 2 ** 28;

/** Prints every thread as a line of JSON, no faster than it is read. @throws Refused, at the end, if one is damaged */
export async function exportAll(store: Store, screen: Screen): Promise<void> {
  const damaged: string[] = [];
  for await (const line of exportThreads(store, (why) => damaged.push(why))) {
    if (screen.isClosed()) return;
    screen.write(`${inert(line)}\n`);
    await screen.drained();
  }
  if (damaged.length > 0)
    throw new Refused(`Left out, the others are whole:\n  ${damaged.join('\n  ')}`);
}

/** Takes in the threads that are piped in, and says what came of them. @throws Refused, at the end, if one was refused */
export async function importAll(store: Store, screen: Screen): Promise<void> {
  const input = screen.input();
  if (input === undefined) throw new Refused(`Usage: ${self} import < threads.jsonl`);
  const counts = { imported: 0, continued: 0, unchanged: 0, refused: 0 };
  for await (const outcome of importThreads(store, linesOf(input))) {
    counts[outcome.kind] += 1;
    if (outcome.kind === 'refused')
      screen.print(remark(screen, 'bad', `line ${outcome.line}: ${outcome.why}`, '  '));
  }
  const summary = summed(counts);
  if (counts.refused > 0) throw new Refused(summary);
  screen.print(`  ${summary}`);
}

function summed(counts: Readonly<Record<Imported['kind'], number>>): string {
  const { imported, continued, unchanged, refused } = counts;
  const all = `${imported} imported, ${continued} continued, ${unchanged} already here, ${refused} refused.`;
  return imported + continued + unchanged + refused === 0 ? 'No threads came in.' : all;
}

/** Splits at line feeds alone: JSON may hold what other readers take for the end of a line. @throws Refused */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = '';
  for await (const chunk of chunks) {
    const [end = '', ...others] = decoded(decoder, chunk).split('\n');
    line += end;
    for (const next of others) {
      yield line;
      line = next;
    }
    if (line.length > LONGEST)
      throw new Refused(`A line is longer than ${LONGEST} characters: this is no export.`);
  }
  line += decoded(decoder);
  if (line !== '') yield line;
}

function decoded(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw new Refused('This is not UTF-8. What came before it is imported.');
  }
}
