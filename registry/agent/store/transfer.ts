import { Refused } from '../core/errors.ts';
import { isEvent, isKnownType, isObject, without, type Event } from '../core/event.ts';
import { inexactNumber, parseJson } from '../core/json.ts';
import {
  append,
  canSave,
  Conflict,
  Damaged,
  isThreadId,
  listAll,
  load,
  reload,
  wrapStore,
  type Store,
} from '../core/store.ts';
import { initial, reduce, type Status } from '../core/thread.ts';

/** Threads to list at once. */
const PAGE = 100;

type ExportedThread = { readonly id: string; readonly events: readonly Event[] };
type Result = 'imported' | 'continued' | 'unchanged';

/** The result for the thread on a line, counted from 1. `continued`: its first events were here. */
export type Imported =
  | { readonly kind: Result; readonly line: number; readonly id: string }
  | { readonly kind: 'refused'; readonly line: number; readonly why: string };

/** Yields each thread as a line of JSON, by ascending id. Reports damaged threads instead. */
export async function* exportThreads(
  store: Store,
  onDamaged: (why: string) => void,
): AsyncGenerator<string> {
  for await (const { id } of listAll(store, { limit: PAGE })) {
    try {
      const events = await store.load(id);
      yield JSON.stringify({ id, events } satisfies ExportedThread);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      onDamaged(error.message);
    }
  }
}

/**
 * Appends the missing events of each thread and runs none. It can be interrupted and repeated. A
 * call that could run is handed to a person. Refuses a line that is no thread, and a thread that
 * differs from the one in the store. The other lines are imported.
 */
export async function* importThreads(
  store: Store,
  lines: AsyncIterable<string>,
): AsyncGenerator<Imported> {
  let line = 0;
  for await (const text of lines) {
    line += 1;
    // `npm start export > file` writes npm's own lines first. They start with a >.
    if (text.trim() === '' || text.startsWith('> ')) continue;
    try {
      const thread = parseThread(text);
      yield { kind: await importThread(store, thread), line, id: thread.id };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      yield { kind: 'refused', line, why: error.message };
    }
  }
}

/** @throws Refused if the text is no thread that this version can run */
function parseThread(text: string): ExportedThread {
  const value = parseJson(text);
  if (value === undefined) throw new Refused('This is not JSON.');
  const inexact = inexactNumber(text);
  if (inexact) throw new Refused(`${inexact}. Write it as a text.`);
  const { id, events } = isObject(value) ? value : {};
  if (typeof id !== 'string' || !isThreadId(id))
    throw new Refused('This is no thread: it has no id of one.');
  if (!Array.isArray(events) || events.length === 0) throw new Refused(`${id} has no events.`);
  const wrong = events.findIndex((event: unknown) => !isEvent(event));
  if (wrong >= 0) throw new Refused(`${id} is damaged: its event ${wrong} lacks what it needs.`);
  const checked: readonly Event[] = events.filter(isEvent);
  if (!checked.every(({ type }) => isKnownType(type)))
    throw new Refused(`${id} was written by a later version.`);
  if (!canReplay(checked)) throw new Refused(`${id} cannot be replayed.`);
  return { id, events: checked };
}

/** Whether the events have a state, and can be written again: they may be nested too deep. */
function canReplay(events: readonly Event[]): boolean {
  try {
    const { status } = events.reduce(reduce, initial);
    return status !== undefined && events.every(canSave);
  } catch {
    return false;
  }
}

const couldRun: readonly Status[] = ['ready', 'running', 'waiting_for_result'];

/** Hands an open call to a person if it could run: a file must not count as an approval. */
function parkCall({ events }: ExportedThread): readonly Event[] {
  const { status, open } = events.reduce(reduce, initial);
  if (!open || !couldRun.includes(status)) return events;
  const reason = 'this call was open when the thread was imported: answer with how it ended';
  const at = new Date().toISOString();
  return [...events, { type: 'handed_over', call_id: open.call_id, reason, at }];
}

/** @throws Refused if the store has another thread with this id */
async function importThread(store: Store, { id, events }: ExportedThread): Promise<Result> {
  let thread = await load(store, id);
  const before = thread.events;
  const shared = before.slice(0, events.length);
  const other = shared.findIndex((event, index) => !isSame(event, events[index]));
  if (other >= 0) {
    const where = `from event ${other} on`;
    throw new Refused(`${id} differs from the thread here, ${where}. Nothing was changed.`);
  }
  const parked = parkCall({ id, events });
  const isWhole = before.length >= events.length;
  const isParked = before.length >= parked.length;
  if (isParked || (isWhole && !(await isHalfImported(store, id)))) return 'unchanged';
  try {
    for (const event of parked.slice(before.length)) {
      const isLast = thread.events.length === parked.length - 1;
      thread = await append(isLast ? store : withoutDue(store), thread, event);
    }
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    await reload(store, thread);
    return importThread(store, { id, events });
  }
  return before.length === 0 ? 'imported' : 'continued';
}

/** The store without due times: a worker must not run half a thread, whose tools have run. */
function withoutDue(store: Store): Store {
  return wrapStore(store, {
    append: (id, version, event, index) => store.append(id, version, event, without(index, 'due')),
  });
}

/** Whether an import ended before it parked the open call: a thread that can run has a due time. */
async function isHalfImported(store: Store, id: string): Promise<boolean> {
  for await (const info of listAll(store, { limit: 500 })) {
    if (info.id === id) return info.due === undefined;
  }
  return false;
}

function isSame(one: Event, other: Event | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
