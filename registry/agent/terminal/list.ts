import { Damaged, type Thread } from '../core/store.ts';
import { initial, type Status } from '../core/thread.ts';
import { fit, moment, plainJson, type Page, type Role } from '../screen/text.ts';
import { shorten, viewOf } from './event-view.ts';
import { program } from './program.ts';
import type { Backend, Command } from './types.ts';

export const listCommand: Command = {
  usage: 'list',
  about: 'all threads',
  json: true,
  async run({ backend, screen }, { json }) {
    const threads = await loadAll(backend);
    if (json) return screen.write(`${plainJson(threads.map(toDocument))}\n`);
    if (threads.length > 0) return screen.print(...table(threads, screen));
    screen.print(`  No threads yet. Start one: ${program.name} "what you want"`);
  },
};

/** A damaged thread has the events before the damage. */
type Listed = Thread & { readonly status: Status | 'damaged' };

/** An entry of `list --json`. */
const toDocument = ({ id, status, events, state }: Listed) => ({
  id,
  status,
  version: events.length,
  due: state.open?.due ?? null,
  usage: state.usage,
});

/** Threads to load at the same time. */
const PAGE = 20;

/** Loads all threads, and sorts them by their last event. */
async function loadAll(backend: Backend): Promise<Listed[]> {
  const threads: Listed[] = [];
  let page = await backend.list({ limit: PAGE });
  while (page.length > 0) {
    threads.push(...(await Promise.all(page.map(({ id }) => loadListed(backend, id)))));
    page = await backend.list({ limit: PAGE, after: page.at(-1)?.id ?? '' });
  }
  return threads.sort((a, b) => (lastTime(a) < lastTime(b) ? -1 : 1));
}

async function loadListed(backend: Backend, id: string): Promise<Listed> {
  try {
    const thread = await backend.load(id);
    return { ...thread, status: thread.state.status };
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return { id, events: error.events, state: initial, status: 'damaged' };
  }
}

const lastTime = ({ events }: Thread): string => events.at(-1)?.at ?? '';

/** Id, status, events, last event, first message. Cut at the end of the screen. */
function table(threads: readonly Listed[], { columns, paint }: Page): string[] {
  const width = Math.max(...threads.map(({ status }) => status.length));
  return threads.map((thread) => {
    const { id, status, events } = thread;
    const first = events.find((event) => event.type === 'message');
    const about = first && viewOf([first])?.summary;
    const time = lastTime(thread);
    const count = `${events.length} events`.padEnd(9);
    const more = [count, time && moment(time), shorten(about ?? '')].join('  ');
    const padding = ' '.repeat(width - status.length);
    const room = Math.max(0, columns() - id.length - status.length - 4);
    const rest = fit(`${padding}  ${more}`, room).trimEnd();
    return `  ${id}  ${paint(roleOf(status), status)}${rest}`;
  });
}

function roleOf(status: string): Role {
  if (status === 'damaged') return 'bad';
  return status.startsWith('waiting') ? 'policy' : 'dim';
}
