import { Refused } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import { initialState, reduce } from '../core/thread.ts';
import { isEvent, isKnownType } from './saved-event.ts';
import {
  listAll,
  append,
  Conflict,
  Damaged,
  isThreadId,
  wrapStore,
  load,
  type Store,
} from '../core/store.ts';

const PAGE = 100;

type Portable = { readonly id: string; readonly events: readonly Event[] };

/** What became of the thread on a line, counted from 1. `continued`: its first events were there. */
export type Imported =
  | {
      readonly kind: 'imported' | 'continued' | 'unchanged';
      readonly line: number;
      readonly id: string;
    }
  | { readonly kind: 'refused'; readonly line: number; readonly why: string };

/** Each thread as a line of JSON, by ascending id. One that is damaged is left out, and told of. */
export async function* exportThreads(
  store: Store,
  onDamaged: (why: string) => void,
): AsyncGenerator<string> {
  for await (const { id } of listAll(store, { limit: PAGE })) {
    const events = await undamaged(store, id, onDamaged);
    if (events) yield JSON.stringify({ id, events } satisfies Portable);
  }
}

async function undamaged(
  store: Store,
  id: string,
  onDamaged: (why: string) => void,
): Promise<Event[] | undefined> {
  try {
    return await store.load(id);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    onDamaged(error.message);
    return undefined;
  }
}

/**
 * Appends what is missing of each thread, and runs none: done twice it changes nothing, and what broke off goes on. A
 * thread that differs from the one in the store is refused, and so is a line that is none; the others are not held up.
 */
export async function* importThreads(
  store: Store,
  lines: AsyncIterable<string>,
): AsyncGenerator<Imported> {
  let line = 0;
  for await (const text of lines) {
    line += 1;
    // In `npm start export > file` npm's own lines come first, and begin with a >.
    if (text.trim() === '' || text.startsWith('> ')) continue;
    try {
      const thread = parse(text);
      yield { kind: await complete(store, thread), line, id: thread.id };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      yield { kind: 'refused', line, why: error.message };
    }
  }
}

/** @throws Refused if the text is no thread that this version can go on with */
function parse(text: string): Portable {
  const { id, events } = Object(jsonOf(text));
  if (typeof id !== 'string' || !isThreadId(id))
    throw new Refused('This is no thread: it has no id of one.');
  if (!Array.isArray(events) || events.length === 0) throw new Refused(`${id} has no events.`);
  const wrong = events.findIndex((event) => !isEvent(event));
  if (wrong >= 0) throw new Refused(`${id} is damaged: its event ${wrong} lacks what it needs.`);
  if (!events.every(({ type }) => isKnownType(type)))
    throw new Refused(`${id} was written by a later version.`);
  if (!isReplayable(events)) throw new Refused(`${id} cannot be replayed.`);
  return { id, events };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused('This is not JSON.');
  }
}

/** Whether it can be written, however deep it is, and comes to a state. */
function isReplayable(events: readonly Event[]): boolean {
  try {
    return (
      JSON.stringify(events) !== '' && events.reduce(reduce, initialState).status !== undefined
    );
  } catch {
    return false;
  }
}

/** @throws Refused if the store has another thread of that name */
async function complete(
  store: Store,
  { id, events }: Portable,
): Promise<'imported' | 'continued' | 'unchanged'> {
  let thread = await load(store, id);
  const before = thread.events;
  const other = before.findIndex((event, at) => at < events.length && !isSame(event, events[at]));
  if (other >= 0)
    throw new Refused(
      `${id} differs from the thread here, from event ${other} on. Nothing was changed.`,
    );
  if (before.length >= events.length) return 'unchanged';
  try {
    for (const event of events.slice(before.length)) {
      const isLast = thread.events.length === events.length - 1;
      thread = await append(isLast ? store : undue(store), thread, event);
    }
  } catch (error) {
    if (error instanceof Conflict) return complete(store, { id, events });
    throw error;
  }
  return before.length === 0 ? 'imported' : 'continued';
}

/** The same store, but nobody finds what is appended due: in half a thread a tool seems not to have run. */
const undue = (store: Store): Store =>
  wrapStore(store, {
    append: (id, version, event, { due: _, ...index }) => store.append(id, version, event, index),
  });

const isSame = (one: Event, other: Event | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
