import { Damaged, type Thread } from '../core/store.ts';
import { initialState } from '../core/thread.ts';
import { cost } from './format.ts';
import { moment, width, type Page } from '../screen/text.ts';
import { compact } from './format.ts';

/** `isDamaged`: only its first events can still be read. */
export type Listed = Thread & { readonly isDamaged?: boolean };

/** Where threads are: `list` has their ids, in order, behind `after`. */
type Source = {
  list(page: {
    readonly limit: number;
    readonly after?: string;
  }): Promise<readonly { readonly id: string }[]>;
  load(id: string): Promise<Thread>;
};

/** Every thread, the one that moved last at the end. `limit`: how many are read at the same time. */
export async function allThreads(source: Source, limit = 100): Promise<Listed[]> {
  const threads: Listed[] = [];
  for (let after: string | undefined; ;) {
    const page = await source.list({ limit, ...(after !== undefined && { after }) });
    threads.push(...(await Promise.all(page.map(({ id }) => listed(source, id)))));
    after = page.at(-1)?.id;
    if (page.length < limit) break;
  }
  return threads.sort((a, b) => (movedAt(a) < movedAt(b) ? -1 : 1));
}

async function listed({ load }: Source, id: string): Promise<Listed> {
  try {
    return await load(id);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return { id, events: error.events, state: initialState, isDamaged: true };
  }
}

const statusOf = ({ state, isDamaged }: Listed): string => (isDamaged ? 'damaged' : state.status);
const movedAt = ({ events }: Thread): string => events.at(-1)?.at ?? '';

/** The threads as a table: id, status, events, what it cost if that is known, when it moved last, what it is about. */
export function table(threads: readonly Listed[], { paint, columns }: Page): string[] {
  const hasCost = threads.some(({ state }) => cost(state.usage) !== '');
  const rows = threads.map((thread) => {
    const { id, events, state } = thread;
    const first = events.find((event) => event.type === 'message');
    const about = first ? compact(first.text ?? first.data) : '';
    const moved = events.length > 0 ? moment(movedAt(thread)) : '';
    return [
      id,
      statusOf(thread),
      `${events.length} events`,
      ...(hasCost ? [cost(state.usage)] : []),
      moved,
      about,
    ];
  });
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? '')))) ?? [];
  return rows.map((row) => {
    const [id = '', status = '', ...rest] = row.map((cell, column) =>
      cell.padEnd(widths[column] ?? 0),
    );
    const role = status.startsWith('waiting')
      ? 'policy'
      : status.startsWith('damaged')
        ? 'bad'
        : 'dim';
    const room = Math.max(0, columns() - width(id) - width(status) - 6);
    const [events = '', spent = ''] = rest;
    // Half an amount would be another amount.
    const isCut = hasCost && width(events) + 2 + width(spent) > room;
    const tail = (isCut ? events : rest.join('  ').trimEnd()).slice(0, room);
    return `  ${id}  ${paint(role, status)}  ${tail}`.trimEnd();
  });
}

/** What `list --json` prints. */
export const listDocument = (threads: readonly Listed[]): string =>
  JSON.stringify(
    threads.map((thread) => ({
      id: thread.id,
      status: statusOf(thread),
      version: thread.events.length,
      due: thread.state.open?.due ?? null,
      usage: thread.state.usage,
    })),
    null,
    2,
  );
