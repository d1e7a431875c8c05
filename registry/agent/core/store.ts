import { oneLine, Refused } from './errors.ts';
import { isEvent, isKnownType, isUsage, type Event, type EventOf } from './event.ts';
import { isJson, MAX_DEPTH } from './json.ts';
import { redact, truncate } from './sanitize.ts';
import { firstMessage, initial, ownerOf, reduce, type State, type Status } from './thread.ts';

/** `list` filters by `status`, `due` and `owner`. At `due` a worker looks; `owner` started it. */
export type ThreadIndex = Readonly<{
  status: Status;
  due?: string | undefined;
  owner?: string | undefined;
  /** For people. Missing if an earlier version saved the thread. */
  details?: ThreadDetails | undefined;
}>;
export type ThreadDetails = Readonly<ReturnType<typeof detailsOf>>;
export type ThreadInfo = ThreadIndex & { readonly id: string; readonly version: number };

/** `after` and `dueAfter` are the last id of the previous page, and its `due` for `dueBefore`. */
export type Query = Readonly<{
  status?: Status;
  owner?: string;
  dueBefore?: string;
  after?: string;
  dueAfter?: string | undefined;
  limit: number;
}>;

export interface Store {
  /** Returns all events, oldest first; none if the thread does not exist. */
  load: (id: string) => Promise<Event[]>;
  /**
   * Appends if the thread has exactly `version` events. Durable once it resolves.
   * @returns the new version
   * @throws Conflict if the thread has another version
   */
  append: (id: string, version: number, event: Event, index: ThreadIndex) => Promise<number>;
  /**
   * Saves all events of a new thread at once: after a crash, the store has all of them or none.
   * @throws Conflict if the thread exists
   */
  create?: (id: string, events: readonly Event[], index: ThreadIndex) => Promise<number>;
  /** Returns threads by ascending id, or for `dueBefore` by due time, then by id. */
  list: (query: Query) => Promise<ThreadInfo[]>;
  /** Returns how many events a thread has. Cheaper than `load`, to see that nothing happened. */
  version?: (id: string) => Promise<number>;
  /**
   * Calls back soon after any process appended. It can miss an append: poll as well.
   * @returns a function that stops watching
   */
  watch?: (id: string, onAppend: () => void) => () => void;
  /** Sends a text of at most 7 KB to all processes that listen. It may be lost. */
  broadcast?: (text: string) => void;
  /** Calls back with each text that is broadcast. @returns a function that stops listening */
  listen?: (onText: (text: string) => void) => () => void;
}

/** Another process appended first. Load the thread again and decide again. */
export class Conflict extends Error {}

/** Saved events can no longer be read. `events` are those before the damage. */
export class Damaged extends Refused {
  readonly events: readonly Event[];
  constructor(message: string, events: readonly Event[]) {
    super(message);
    this.events = events;
  }
}

/** A thread is its events. `state` is what they reduce to. */
export type Thread = Readonly<{
  id: string;
  events: readonly Event[];
  state: State;
}>;

/** Returns the id of a call that the next event opens. */
export function nextCallId({ id, events }: Thread): string {
  return `${id}:${events.length}`;
}

/** Whether a text can be a thread's id: ids become file names and keys. */
export function isThreadId(id: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(id);
}

/** Whether a thread has what a query asks for, on any page. */
export function matchesQuery(info: ThreadInfo, query: Query): boolean {
  const { status, owner, dueBefore } = query;
  if (status !== undefined && info.status !== status) return false;
  if (owner !== undefined && info.owner !== owner) return false;
  if (dueBefore === undefined) return true;
  return info.due !== undefined && info.due < dueBefore;
}

/** Whether a thread belongs to this page of a query, or to a later one. */
export function isOnLaterPage(info: ThreadInfo, query: Query): boolean {
  const { dueAfter: due, after: id = '' } = query;
  return placeOf(info, query) > placeOf({ due, id }, query) && matchesQuery(info, query);
}

/** Returns one page of a query, for stores that filter in memory. */
export function pageOf(threads: readonly ThreadInfo[], query: Query): ThreadInfo[] {
  return threads
    .filter((info) => isOnLaterPage(info, query))
    .sort((a, b) => (placeOf(a, query) < placeOf(b, query) ? -1 : 1))
    .slice(0, query.limit);
}

const placeOf = ({ due = '', id }: Pick<ThreadInfo, 'due' | 'id'>, { dueBefore }: Query) =>
  dueBefore === undefined ? id : `${due} ${id}`;

/** Loads a thread, without events if it does not exist. @throws Refused for a malformed id */
export async function load(store: Store, id: string): Promise<Thread> {
  if (!isThreadId(id)) {
    const message = `${id.slice(0, 80)} is not a thread. Threads look like t_4k7x2p.`;
    throw new Refused(message, 'unknown');
  }
  const events = await store.load(id);
  return { id, events, state: events.reduce(reduce, initial) };
}

/** Tells the ISO time at which a thread has to tell people or its parent something, if any. */
export type Schedule = { dueAt: (thread: Thread) => string | undefined };
type Schedules = Readonly<{ outbox?: Schedule | undefined; children?: Schedule | undefined }>;

/**
 * Returns the thread with the event.
 * @throws Conflict if another process was first
 * @throws TypeError for an event that could not be read back
 */
export async function append(
  store: Store,
  thread: Thread,
  event: Event,
  schedules: Schedules = {},
): Promise<Thread> {
  const { id, events } = thread;
  if (!canSave(event)) {
    const type = String(event.type).slice(0, 40);
    throw new TypeError(`${id} cannot have this event: a field of ${type} is missing or malformed`);
  }
  const next = { id, events: [...events, event], state: reduce(thread.state, event) };
  await store.append(id, events.length, event, indexOf(next, schedules));
  return next;
}

/** Whether every store can read the event back as it is, and it leaves the budgets in force. */
export function canSave(event: Event): boolean {
  if (!isKnownType(event.type) || !isEvent(event)) return false;
  if ('usage' in event && event.usage !== undefined && !isUsage(event.usage)) return false;
  // The fields of an event are two more levels.
  return isJson(event, MAX_DEPTH + 2);
}

/** Loads a thread again after a conflict. @throws Damaged if no event explains the conflict */
export async function reload(store: Store, { id, events }: Thread): Promise<Thread> {
  const fresh = await load(store, id);
  if (fresh.events.length > events.length) return fresh;
  const message = `${id} is damaged: its store counts other events than it has.`;
  throw new Damaged(message, fresh.events);
}

/** Yields all threads of a query, page by page. */
export async function* listAll(store: Store, query: Query): AsyncGenerator<ThreadInfo> {
  let page = await store.list(query);
  for (;;) {
    yield* page;
    const last = page.slice(-1)[0];
    if (last === undefined || page.length < query.limit) return;
    page = await store.list({ ...query, after: last.id, dueAfter: last.due });
  }
}

const MAX_JSON_CHARS = 4_000_000;

/**
 * Converts a tool's result to JSON. What is longer or deeper than a thread can bear becomes a text
 * that is cut. Never throws: the tool has run already.
 */
export function toJson(value: unknown): unknown {
  try {
    const text = JSON.stringify(value ?? null, toSerializable) ?? 'null';
    const json: unknown = JSON.parse(text);
    if (text.length <= MAX_JSON_CHARS && isJson(json)) return json;
    return truncate(text, MAX_JSON_CHARS);
  } catch {
    return '[not JSON]';
  }
}

/** Converts what JSON would lose. */
function toSerializable(_: string, item: unknown): unknown {
  if (item instanceof Error) return oneLine(item);
  if (item instanceof Map || item instanceof Set) return [...item];
  const isNumber = typeof item === 'number' || typeof item === 'bigint';
  return isNumber && !Number.isFinite(item) ? String(item) : item;
}

/**
 * Milliseconds without an event after which a thread's process is taken for lost. While thinking,
 * longer than one attempt of an adapter. If it was not lost, the first answer counts.
 */
export const STALLED_MS = { thinking: 200_000, ready: 10_000 };

/** Whether a thread should be advancing although no process has a claim on it. */
export function isMoving(status: Status): status is keyof typeof STALLED_MS {
  return status in STALLED_MS;
}

/** Returns what a store lists of a thread. */
export function indexOf(thread: Thread, { outbox, children }: Schedules): ThreadIndex {
  const { status } = thread.state;
  const at = Date.parse(thread.events.slice(-1)[0]?.at ?? '');
  // Earlier, another process would ask the model a second time.
  const due = isMoving(status)
    ? new Date(at + STALLED_MS[status]).toISOString()
    : earliest(thread.state.open?.due, outbox?.dueAt(thread), children?.dueAt(thread));
  return { status, due, owner: ownerOf(thread.events, thread.state), details: detailsOf(thread) };
}

function earliest(...times: readonly (string | undefined)[]): string | undefined {
  return times.filter((time) => time !== undefined).sort()[0];
}

/** Returns what a list says about a thread. */
export function detailsOf({ events, state: { status, open, usage } }: Thread) {
  const message = firstMessage(events);
  const first_message = message ? startOf(message) : '';
  const [created = '', updated = ''] = [events[0]?.at, events.slice(-1)[0]?.at];
  const { agent, parent } = message ?? {};
  const family = { ...(agent && { agent }), ...(parent && { parent: parent.call_id }) };
  const told = { first_message, usage, created, updated, ...family };
  if (!open) return { ...told, open: null };
  const { call_id, step, objection, due = null } = open;
  const outcome = status === 'waiting_for_human' ? 'answer' : 'result';
  const awaits = status === 'waiting_for_approval' ? 'approval' : outcome;
  const approvers = objection && 'ask' in objection ? objection.approvers : undefined;
  const asked = { call_id, intent: step?.intent ?? null, awaits, due } as const;
  const call = { ...asked, ...(approvers && { approvers }) };
  return { ...told, open: call };
}

/** Redacted only once, because each append asks for it. */
const starts = new WeakMap<Event, string>();

function startOf(message: EventOf<'message'>): string {
  const text = starts.get(message) ?? redact(message.text ?? JSON.stringify(message.data) ?? '');
  // A copy, because a slice keeps the whole text in memory.
  const copy = Buffer.from(text.slice(0, 200), 'utf16le').toString('utf16le');
  const start = copy.replace(/\p{Surrogate}$/u, '');
  starts.set(message, start);
  return start;
}

/** Returns the same store with some functions replaced. */
export function wrapStore(store: Store, changes: Partial<Store>): Store {
  const { load, append, list, create, version, watch, broadcast, listen } = store;
  const same = { load: load.bind(store), append: append.bind(store), list: list.bind(store) };
  if (create) Object.assign(same, { create: create.bind(store) });
  if (version) Object.assign(same, { version: version.bind(store) });
  if (watch) Object.assign(same, { watch: watch.bind(store) });
  if (broadcast) Object.assign(same, { broadcast: broadcast.bind(store) });
  if (listen) Object.assign(same, { listen: listen.bind(store) });
  return { ...same, ...changes };
}

/** Whether a thread may have more events than `known`. A store without `version` does not know. */
export async function mayHaveChanged(store: Store, id: string, known: number): Promise<boolean> {
  const version = await store.version?.(id);
  return version !== known;
}

/** Returns a thread as the JSON document of the terminal's `--json` and the HTTP API. */
export function toThreadDocument({ id, events, state }: Thread) {
  const { status, open = null, usage } = state;
  return { id, status, version: events.length, usage, open, events };
}
