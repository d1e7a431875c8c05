import { Damaged, detailsOf, type ThreadDetails, type ThreadInfo } from '../core/store.ts';
import { initial, type Status } from '../core/thread.ts';
import { fit, moment, plain, plainJson, type Page, type Role } from '../screen/text.ts';
import { shorten } from './event-view.ts';
import { program } from './program.ts';
import type { Backend, Command } from './types.ts';

export const listCommand: Command = {
  usage: 'list',
  about: 'all threads',
  json: true,
  async run({ backend, screen }, { json }) {
    const threads = await listThreads(backend);
    if (json) return screen.write(`${plainJson(threads.map(toDocument))}\n`);
    if (threads.length > 0) return screen.print(...table(threads, screen));
    screen.print(`  No threads yet. Start one: ${program.name} "what you want"`);
  },
};

/** The list needs the details, which a store may lack. */
type Listed = Omit<ThreadInfo, 'status'> & {
  readonly status: Status | 'damaged';
  readonly details: ThreadDetails;
};

/** An entry of `list --json`, as in the HTTP API. */
function toDocument({ id, status, version, due, owner, details }: Listed) {
  return { id, status, version, due: due ?? null, owner: owner ?? null, ...details };
}

/** Threads to list at the same time. */
const PAGE = 100;

/** Lists all threads. The one that moved last is at the end. */
async function listThreads(backend: Backend): Promise<Listed[]> {
  const threads: Listed[] = [];
  let page = await backend.list({ limit: PAGE });
  while (page.length > 0) {
    threads.push(...(await Promise.all(page.map((info) => withDetails(backend, info)))));
    page = await backend.list({ limit: PAGE, after: page.slice(-1)[0]?.id ?? '' });
  }
  return inOrder(threads);
}

/** Sorts by the last event of a family. A thread stands before those that work for it. */
function inOrder(threads: readonly Listed[]): Listed[] {
  const moved = new Map<string, string>();
  for (const { id, details } of threads) {
    const before = moved.get(rootOf(id)) ?? '';
    if (details.updated > before) moved.set(rootOf(id), details.updated);
  }
  const keyOf = ({ id }: Listed) => `${moved.get(rootOf(id))} ${id}`;
  return [...threads].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** `t_4k7x2p-7` works for `t_4k7x2p`. */
const rootOf = (id: string) => id.replace(/-.*/, '');

/** Loads a thread without details: it is damaged, or an earlier version saved it. */
async function withDetails(backend: Backend, info: ThreadInfo): Promise<Listed> {
  const { id, details } = info;
  if (details) return { ...info, details };
  try {
    return { ...info, details: detailsOf(await backend.load(id)) };
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    const known = detailsOf({ id, events: error.events, state: initial });
    return { id, version: error.events.length, status: 'damaged', details: known };
  }
}

/** Id, status, open step, last event, first message. Cut at the end of the screen. */
function table(threads: readonly Listed[], { columns, paint }: Page): string[] {
  const idWidth = widest(threads.map(({ id }) => id));
  const statusWidth = widest(threads.map(({ status }) => status));
  const stepWidth = widest(threads.map(stepOf));
  return threads.map((thread) => {
    const { id, status, details } = thread;
    const step = stepOf(thread).padEnd(stepWidth);
    const { updated, first_message } = details;
    const cells = [step, updated && moment(updated), shorten(first_message)];
    const more = cells.filter(Boolean).join('  ');
    const padding = ' '.repeat(statusWidth - status.length);
    const room = Math.max(0, columns() - idWidth - status.length - 4);
    const rest = fit(`${padding}  ${more}`, room).trimEnd();
    return `  ${id.padEnd(idWidth)}  ${paint(roleOf(status), status)}${rest}`;
  });
}

const stepOf = ({ details }: Listed) => plain(details.open?.intent ?? '');
const widest = (texts: readonly string[]) => Math.max(...texts.map(({ length }) => length));

function roleOf(status: string): Role {
  if (status === 'damaged') return 'bad';
  return status.startsWith('waiting') ? 'policy' : 'dim';
}
