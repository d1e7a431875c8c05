import { Damaged, type Thread } from '../core/store.ts';
import { initial } from '../core/thread.ts';
import { moment, plainJson, width, type Page, type Role } from '../screen/text.ts';
import type { ListedThread } from './backend.ts';
import type { Command } from './command-types.ts';
import { viewOf } from './event-view.ts';
import { formatCost, shorten } from './step-text.ts';
import { program } from './program.ts';

export const listCommand: Command = {
  usage: 'list',
  about: 'all threads',
  json: true,
  async run({ backend, screen }, { json }) {
    const threads = await backend.list();
    if (json) return screen.write(`${plainJson(threads.map(toDocument))}\n`);
    if (threads.length > 0) return screen.print(...table(threads, screen));
    const start = `${program.name} "what you want"`;
    screen.print(`  No threads yet. Start one: ${start}`);
  },
};

/** An entry of `list --json`. */
const toDocument = (thread: ListedThread) => ({
  id: thread.id,
  status: statusOf(thread),
  version: thread.events.length,
  due: thread.state.open?.due ?? null,
  usage: thread.state.usage,
});

type Source = {
  /** Ids in ascending order, after `after`. */
  list(page: PageOfThreads): Promise<readonly { readonly id: string }[]>;
  load(id: string): Promise<Thread>;
};
type PageOfThreads = { readonly limit: number; readonly after?: string };

/** Loads all threads, `limit` at a time, and sorts them by their last event. */
export async function allThreads(source: Source, limit = 100): Promise<ListedThread[]> {
  const threads: ListedThread[] = [];
  let page = await source.list({ limit });
  for (;;) {
    const loaded = page.map(({ id }) => loadListed(source, id));
    threads.push(...(await Promise.all(loaded)));
    const last = page.at(-1);
    if (last === undefined || page.length < limit) break;
    page = await source.list({ limit, after: last.id });
  }
  return threads.sort((a, b) => (lastTime(a) < lastTime(b) ? -1 : 1));
}

async function loadListed({ load }: Source, id: string): Promise<ListedThread> {
  try {
    return await load(id);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    const { events } = error;
    return { id, events, state: initial, isDamaged: true };
  }
}

function statusOf({ state, isDamaged }: ListedThread): string {
  return isDamaged ? 'damaged' : state.status;
}

const lastTime = ({ events }: Thread): string => events.at(-1)?.at ?? '';

/** Columns: id, status, events, cost if any is known, last event, first message. */
function table(threads: readonly ListedThread[], screen: Page): string[] {
  const hasCost = threads.some(({ state }) => formatCost(state.usage) !== '');
  const rows = threads.map((thread) => cellsOf(thread, hasCost));
  const widths = rows[0]?.map((_, column) => {
    const cells = rows.map((row) => row[column] ?? '');
    return Math.max(...cells.map(({ length }) => length));
  });
  const padded = rows.map((row) => row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)));
  return padded.map((row) => rowLine(row, hasCost, screen));
}

function cellsOf(thread: ListedThread, hasCost: boolean): string[] {
  const { id, events, state } = thread;
  const first = events.find((event) => event.type === 'message');
  const about = first && viewOf([first])?.summary;
  const cost = hasCost ? [formatCost(state.usage)] : [];
  const last = lastTime(thread);
  const time = last && moment(last);
  const count = `${events.length} events`;
  return [id, statusOf(thread), count, ...cost, time, shorten(about ?? '')];
}

/** A row, cut at the end of the screen. A cost is left out rather than cut. */
function rowLine(row: readonly string[], hasCost: boolean, screen: Page): string {
  const [id = '', status = '', ...rest] = row;
  const [count = '', cost = ''] = rest;
  const room = Math.max(0, screen.columns() - width(id + status) - 6);
  const isCostCut = hasCost && width(`${count}  ${cost}`) > room;
  const tail = isCostCut ? count : rest.join('  ').trimEnd();
  const painted = screen.paint(roleOf(status), status);
  return `  ${id}  ${painted}  ${tail.slice(0, room)}`.trimEnd();
}

function roleOf(status: string): Role {
  if (status.startsWith('damaged')) return 'bad';
  return status.startsWith('waiting') ? 'policy' : 'dim';
}
