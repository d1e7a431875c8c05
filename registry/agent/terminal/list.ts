import { load, type Store, type Thread } from '../store/store.ts';
import { moment, width, type Page } from './format.ts';
import { compact } from './step.ts';

const PAGE = 100;

/** Every thread, the one that moved last at the end. */
export async function allThreads(store: Store): Promise<Thread[]> {
  const threads: Thread[] = [];
  for (let after: string | undefined; ;) {
    const page = await store.list({ limit: PAGE, ...(after !== undefined && { after }) });
    threads.push(...(await Promise.all(page.map(({ id }) => load(store, id)))));
    after = page.at(-1)?.id;
    if (page.length < PAGE) break;
  }
  return threads.sort((a, b) => (movedAt(a) < movedAt(b) ? -1 : 1));
}

const movedAt = ({ events }: Thread): string => events.at(-1)?.at ?? '';

/** The threads as a table: id, status, events, when it moved last, and what it is about. */
export function table(threads: readonly Thread[], { paint, columns }: Page): string[] {
  const rows = threads.map((thread) => {
    const { id, events, state } = thread;
    const first = events.find((event) => event.type === 'message');
    const about = first ? compact(first.text ?? first.data) : '';
    return [id, state.status, `${events.length} events`, moment(movedAt(thread)), about];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  return rows.map((row) => {
    const [id = '', status = '', ...rest] = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const role = status.startsWith('waiting') ? 'policy' : 'dim';
    const tail = rest
      .join('  ')
      .trimEnd()
      .slice(0, Math.max(0, columns() - width(id) - width(status) - 6));
    return `  ${id}  ${paint(role, status)}  ${tail}`.trimEnd();
  });
}

/** What `list --json` prints. */
export const listDocument = (threads: readonly Thread[]): string =>
  JSON.stringify(
    threads.map(({ id, events, state }) => ({
      id,
      status: state.status,
      version: events.length,
      due: state.open?.due ?? null,
    })),
    null,
    2,
  );
