import { oneLine, Refused } from './errors.ts';
import type { Event } from './event.ts';
import { initialState, reduce, type State, type Status } from './thread.ts';

/**
 * What can be found without reading a thread. `due` is the ISO time at which somebody should look at it, `owner` who
 * started it.
 */
export type ThreadIndex = {
  readonly status: Status;
  readonly due?: string;
  readonly owner?: string;
};
export type ThreadInfo = ThreadIndex & { readonly id: string; readonly version: number };

/** `after` is the last id of the page before; `limit` the most to return. */
export type Query = {
  readonly status?: Status;
  readonly owner?: string;
  readonly dueBefore?: string;
  readonly after?: string;
  readonly limit: number;
};

export interface Store {
  /** All events, oldest first; none if there is no such thread. */
  load(id: string): Promise<Event[]>;
  /**
   * Appends if the thread has exactly `version` events, and is durable once it resolves, to the new version.
   * @throws Conflict if it has not
   */
  append(id: string, version: number, event: Event, index: ThreadIndex): Promise<number>;
  /** Threads by ascending id. */
  list(query: Query): Promise<ThreadInfo[]>;
  /**
   * Calls back soon after anybody, in any process, appended to the thread. It may call in vain, and one append may be
   * missed: look now and then as well.
   * @returns what ends it
   */
  watch?(id: string, onAppend: () => void): () => void;
}

/** Somebody else moved the thread first. Load it again and decide anew. */
export class Conflict extends Error {}

/** Events that were saved can no longer be read. `events` are those before them, for whoever looks. */
export class Damaged extends Refused {
  readonly events: readonly Event[];
  constructor(message: string, events: readonly Event[]) {
    super(message);
    this.events = events;
  }
}

/** @throws Refused if what is at `where` has a `schema` that this version does not know */
export function assertKnownSchema(where: string, schema: number, known: number): void {
  if (schema <= known) return;
  const what = `this one knows schema ${known}, and it has ${schema}`;
  throw new Refused(
    `${where} was written by a later version: ${what}. Nothing was changed: use that version.`,
  );
}

/** A thread is its events; its `state` is only their reduction. */
export type Thread = {
  readonly id: string;
  readonly events: readonly Event[];
  readonly state: State;
};

/** Ids become file names and keys. */
export const isThreadId = (id: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(id);

/** @throws Refused if `id` cannot be one */
export async function load(store: Store, id: string): Promise<Thread> {
  if (!isThreadId(id))
    throw new Refused(`${id.slice(0, 80)} is not a thread. Threads look like t_4k7x2p.`, 'unknown');
  const events = await store.load(id);
  return { id, events, state: events.reduce(reduce, initialState) };
}

/** What `list` finds, page after page of `limit`. */
export async function* listAll(store: Store, query: Query): AsyncGenerator<ThreadInfo> {
  for (let page = await store.list(query); ;) {
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < query.limit) return;
    page = await store.list({ ...query, after: last.id });
  }
}

/** @throws Conflict if somebody else moved the thread first */
export async function append(store: Store, thread: Thread, event: Event): Promise<Thread> {
  const state = reduce(thread.state, event);
  await store.append(
    thread.id,
    thread.events.length,
    event,
    indexOf(state, event, thread.events[0] ?? event),
  );
  return { id: thread.id, events: [...thread.events, event], state };
}

/** Events are JSON. What cannot be is left out, without an error: the tool has run. */
export function toJson(value: unknown): unknown {
  try {
    const text = JSON.stringify(value ?? null, (_, item) => readable(item));
    return JSON.parse(text ?? 'null');
  } catch {
    return '[not JSON]';
  }
}

/** What JSON has no word for, and would lose. */
function readable(item: unknown): unknown {
  if (item instanceof Error) return oneLine(item);
  if (item instanceof Map || item instanceof Set) return [...item];
  return typeof item === 'bigint' ? String(item) : item;
}

/**
 * ms without a new event after which a thread that should be moving has probably lost its process. For a model that is
 * longer than one attempt of an adapter; if it was too short, two ask the model, and the first answer counts.
 */
export const STALLED_MS = { thinking: 200_000, ready: 10_000 };

/** Whether a thread should be moving, though no process has claimed it. */
export const isMoving = (status: Status): status is keyof typeof STALLED_MS => status in STALLED_MS;

function indexOf({ status, open }: State, { at }: Event, first: Event): ThreadIndex {
  const due = isMoving(status)
    ? new Date(Date.parse(at) + STALLED_MS[status]).toISOString()
    : open?.due;
  const owner = first.type === 'message' ? first.from : undefined;
  return { status, ...(due !== undefined && { due }), ...(owner !== undefined && { owner }) };
}

/** A row of a database, where null is what is not there. */
export const toInfo = (row: object): ThreadInfo =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as ThreadInfo;

/** The same store, but for what is done differently. */
export function wrapStore(store: Store, changes: Partial<Store>): Store {
  const { load, append, list, watch } = store;
  const same = { load: load.bind(store), append: append.bind(store), list: list.bind(store) };
  return { ...same, ...(watch && { watch: watch.bind(store) }), ...changes };
}

/** For stores that filter in memory. */
export function matchesQuery(index: ThreadIndex, { status, owner, dueBefore }: Query): boolean {
  if (status !== undefined && index.status !== status) return false;
  if (owner !== undefined && index.owner !== owner) return false;
  return dueBefore === undefined || (index.due !== undefined && index.due < dueBefore);
}

/** A thread as the one JSON document that scripts and clients get. */
export function toThreadDocument({ id, events, state }: Thread) {
  const { status, open = null, usage } = state;
  return { id, status, version: events.length, usage, open, events };
}
