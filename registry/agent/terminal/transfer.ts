import { once } from 'node:events';
import { TextDecoder } from 'node:util';
import { oneLine, Refused } from '../core/errors.ts';
import type { Store } from '../core/store.ts';
import type { Screen } from '../screen/screen.ts';
import { escapeJson, remark } from '../screen/text.ts';
import { exportThreads, importThreads, type Imported } from '../store/transfer.ts';
import { program } from './program.ts';
import { requireAgent } from './show.ts';
import type { Command } from './types.ts';

export const exportCommand: Command = {
  usage: 'export > threads.jsonl',
  about: 'every thread, one per line',
  piped: true,
  async run({ backend, screen }) {
    const { store } = requireAgent(backend);
    const damaged: string[] = [];
    for await (const line of exportThreads(store, (why) => damaged.push(why))) {
      if (screen.isClosed()) return;
      screen.write(`${escapeJson(line)}\n`);
      await drained();
    }
    if (damaged.length === 0) return;
    throw new Refused(`Damaged threads, not exported:\n  ${damaged.join('\n  ')}`);
  },
};

/** Waits until the output has taken what was written, or is closed. */
async function drained(): Promise<void> {
  if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain').catch(() => undefined);
}

export const importCommand = importFrom(process.stdin);

/** The command that reads threads from `input`, unless a person would have to type it. */
export function importFrom(input: AsyncIterable<Uint8Array> & { isTTY?: boolean }): Command {
  const usage = 'import < threads.jsonl';
  return {
    usage,
    about: 'add the threads of an export',
    async run({ backend, screen }) {
      const { store } = requireAgent(backend);
      if (input.isTTY) throw new Refused(`Usage: ${program.name} ${usage}`);
      await addThreads(store, linesOf(input), screen);
    },
  };
}

export const importFromCommand: Command = {
  usage: 'import-from <store>',
  about: 'add the threads of another store',
  async run({ backend, screen }, { id: name }) {
    const { store } = requireAgent(backend);
    const other = await openStore(name);
    const damaged: string[] = [];
    const lines = exportThreads(other, (why) => damaged.push(why));
    await addThreads(store, lines, screen);
    if (damaged.length === 0) return;
    throw new Refused(`Damaged threads, not imported:\n  ${damaged.join('\n  ')}`);
  },
};

/** Opens a store that agent.ts does not use: `file` is fileStore() of file.ts. @throws Refused */
async function openStore(name: string): Promise<Store> {
  if (!/^\w+$/.test(name)) throw new Refused(`${name} is not the name of a store, such as file.`);
  try {
    const exported = await importStore(name);
    const open = exported[`${name}Store`];
    if (open) return open();
  } catch (error) {
    throw new Refused(`The store ${name} cannot be opened: ${oneLine(error)}`);
  }
  throw new Refused(`store/${name}.ts has no ${name}Store().`);
}

// The path is in a variable, so that a bundler does not follow it. Compiled files end in .js.
async function importStore(name: string): Promise<Readonly<Record<string, () => Store>>> {
  const path = `../store/${name}`;
  try {
    return await import(`${path}.ts`);
  } catch (error) {
    return import(`${path}.js`).catch(() => Promise.reject(error));
  }
}

/** Imports threads, and prints how many. @throws Refused if one is refused */
async function addThreads(
  store: Store,
  lines: AsyncIterable<string>,
  screen: Screen,
): Promise<void> {
  const counts = { imported: 0, continued: 0, unchanged: 0, refused: 0 };
  for await (const outcome of importThreads(store, lines)) {
    counts[outcome.kind] += 1;
    if (outcome.kind !== 'refused') continue;
    const text = `line ${outcome.line}: ${outcome.why}`;
    screen.print(remark(screen, 'bad', text, '  '));
  }
  if (counts.refused > 0) throw new Refused(summaryOf(counts));
  screen.print(`  ${summaryOf(counts)}`);
}

function summaryOf(counts: Readonly<Record<Imported['kind'], number>>): string {
  const { imported, continued, unchanged, refused } = counts;
  if (imported + continued + unchanged + refused === 0) return 'There are no threads to import.';
  const known = `${continued} continued, ${unchanged} already here`;
  return `${imported} imported, ${known}, ${refused} refused.`;
}

/** Characters of a line, which is one thread. A longer one is no export. */
const LONGEST = 2 ** 28;

/** Splits at line feeds only: JSON may hold other breaks. @throws Refused */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = '';
  for await (const chunk of chunks) {
    const [end = '', ...others] = decode(decoder, chunk).split('\n');
    line += end;
    for (const next of others) {
      yield line;
      line = next;
    }
    if (line.length > LONGEST)
      throw new Refused(`A line is longer than ${LONGEST} characters: this is no export.`);
  }
  line += decode(decoder);
  if (line !== '') yield line;
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw new Refused('This is not UTF-8. The lines before it are imported.');
  }
}
