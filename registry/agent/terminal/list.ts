import { Damaged, type Thread } from '../core/store.ts';
import { initialState } from '../core/thread.ts';
import { moment, plainJson, width, type Page, type Role } from '../screen/text.ts';
import type { ListedThread } from './backend.ts';
import type { Command } from './command.ts';
import { viewOf } from './event-view.ts';
import { formatCost, shorten } from './format.ts';
import { program } from './program.ts';

export const listCommand: Command = {
  usage: 'list',
  about: 'all threads',
  json: true,
  async run({ backend, screen }, { json }) {
    const threads = await backend.list();
    if (json) return screen.write(`${plainJson(threads.map(toDocument))}\n`);
    if (threads.length > 0) return screen.print(...table(threads, screen));
    screen.print(`  No threads yet. Start one: ${program.name} "what you want"`);
  },
};

/** `list` returns the ids after `after`, in order. */
type Source = {
  list(page: { limit: number; after?: string }): Promise<readonly { readonly id: string }[]>;
  load(id: string): Promise<Thread>;
};

/** Loads every thread, `limit` at the same time. The one that moved last is at the end. */
export async function allThreads(source: Source, limit = 100): Promise<ListedThread[]> {
  const threads: ListedThread[] = [];
  let page = await source.list({ limit });
  for (;;) {
    threads.push(...(await Promise.all(page.map(({ id }) => loadListed(source, id)))));
    const after = page.at(-1)?.id;
    if (after === undefined || page.length < limit) break;
    page = await source.list({ limit, after });
  }
  return threads.sort((a, b) => (movedAt(a) < movedAt(b) ? -1 : 1));
}

async function loadListed({ load }: Source, id: string): Promise<ListedThread> {
  try {
    return await load(id);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return { id, events: error.events, state: initialState, isDamaged: true };
  }
}

const statusOf = ({ state, isDamaged }: ListedThread): string =>
  isDamaged ? 'damaged' : state.status;

const movedAt = ({ events }: Thread): string => events.at(-1)?.at ?? '';

/** The columns: id, status, events, cost if any is known, last event, first message. */
function table(threads: readonly ListedThread[], page: Page): string[] {
  const hasCost = threads.some(({ state }) => formatCost(state.usage) !== '');
  const rows = threads.map((thread) => cellsOf(thread, hasCost));
  const columns = rows[0]?.keys() ?? [];
  const widths = [...columns].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return rowLine(cells, hasCost, page);
  });
}

function cellsOf(thread: ListedThread, hasCost: boolean): string[] {
  const { id, events, state } = thread;
  const first = events.find((event) => event.type === 'message');
  const about = viewOf(first ? [first] : [])?.summary ?? '';
  const moved = events.length > 0 ? moment(movedAt(thread)) : '';
  const cost = hasCost ? [formatCost(state.usage)] : [];
  return [id, statusOf(thread), `${events.length} events`, ...cost, moved, shorten(about)];
}

/** Cuts a row at the end of the screen, but no cost, which would become another cost. */
function rowLine(cells: readonly string[], hasCost: boolean, { paint, columns }: Page): string {
  const [id = '', status = '', ...rest] = cells;
  const [events = '', cost = ''] = rest;
  const room = Math.max(0, columns() - width(id) - width(status) - 6);
  const isCostCut = hasCost && width(events) + 2 + width(cost) > room;
  const tail = isCostCut ? events : rest.join('  ').trimEnd();
  return `  ${id}  ${paint(roleOf(status), status)}  ${tail.slice(0, room)}`.trimEnd();
}

function roleOf(status: string): Role {
  if (status.startsWith('damaged')) return 'bad';
  return status.startsWith('waiting') ? 'policy' : 'dim';
}

/** An entry of `list --json`. */
const toDocument = (thread: ListedThread) => ({
  id: thread.id,
  status: statusOf(thread),
  version: thread.events.length,
  due: thread.state.open?.due ?? null,
  usage: thread.state.usage,
});
