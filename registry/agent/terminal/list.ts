import { Damaged, load, type Store, type Thread } from '../store/store.ts';
import { initial } from '../thread.ts';
import { cost } from './cost.ts';
import { moment, width, type Page } from './format.ts';
import { compact } from './step.ts';

const PAGE = 100;

/** `isDamaged`: only its first events can still be read. */
type Listed = Thread & { readonly isDamaged?: boolean };

/** Every thread, the one that moved last at the end. */
export async function allThreads(store: Store): Promise<Listed[]> {
  const threads: Listed[] = [];
  for (let after: string | undefined; ;) {
    const page = await store.list({ limit: PAGE, ...(after !== undefined && { after }) });
    threads.push(...(await Promise.all(page.map(({ id }) => listed(store, id)))));
    after = page.at(-1)?.id;
    if (page.length < PAGE) break;
  }
  return threads.sort((a, b) => (movedAt(a) < movedAt(b) ? -1 : 1));
}

async function listed(store: Store, id: string): Promise<Listed> {
  try {
    return await load(store, id);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return { id, events: error.events, state: initial, isDamaged: true };
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
    return [id, statusOf(thread), `${events.length} events`, ...(hasCost ? [cost(state.usage)] : []), moved, about];
  });
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? '')))) ?? [];
  return rows.map((row) => {
    const [id = '', status = '', ...rest] = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const role = status.startsWith('waiting') ? 'policy' : status.startsWith('damaged') ? 'bad' : 'dim';
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
