import { Refused } from '../core/errors.ts';
import { listAll, type Store, type Thread } from '../core/store.ts';
import { nameOf, type Account, type People } from './directory.ts';

/** The threads that a name started, by id: when. */
type Starts = Map<string, string>;

/** The starts of a name as they were last read, and the last one that was begun. */
type Known = { starts: Starts; readAt: number; last: Promise<unknown> };

const DAY_MS = 86_400_000;
/** The starts in other processes are seen after this many ms. */
const READ_AGAIN_MS = 60_000;

/** By store and name. */
const known = new WeakMap<Store, Map<string, Known>>();

type Host = { readonly store: Store; now: () => number };

/**
 * Starts a thread if the rules let the sender. One start of a name follows the other, so that each
 * counts those before.
 * @throws Refused
 */
export async function startWithinLimit(
  host: Host,
  directory: People,
  sender: Account,
  start: () => Promise<Thread>,
): Promise<Thread> {
  const name = nameOf(sender);
  if (!directory.mayStart(sender)) {
    const message = `${name} may not start a thread. Who may is a rule of people.ts.`;
    throw new Refused(message, 'forbidden');
  }
  const mine = knownOf(host.store, name);
  const next = async () => {
    await requireRoom(host, name, mine, directory.startsPerDay);
    const thread = await start();
    mine.starts.set(thread.id, thread.events[0]?.at ?? '');
    return thread;
  };
  const started = mine.last.then(next, next);
  mine.last = started;
  return await started;
}

function knownOf(store: Store, name: string): Known {
  const byName = known.get(store) ?? new Map<string, Known>();
  known.set(store, byName);
  const starts: Starts = new Map();
  const unread: Known = { starts, readAt: -Infinity, last: Promise.resolve() };
  const mine = byName.get(name) ?? unread;
  byName.set(name, mine);
  return mine;
}

/** @throws Refused if the name has started too many threads in 24 hours */
async function requireRoom({ store, now }: Host, name: string, mine: Known, limit: number) {
  const since = new Date(now() - DAY_MS).toISOString();
  if (mine.readAt + READ_AGAIN_MS < now()) {
    mine.starts = await readStarts(store, name);
    mine.readAt = now();
  }
  for (const [id, at] of mine.starts) if (at <= since) mine.starts.delete(id);
  const count = mine.starts.size;
  if (count < limit) return;
  const message = `${name} has started ${count} threads in 24 hours: that is the limit.`;
  throw new Refused(message, 'forbidden');
}

async function readStarts(store: Store, owner: string): Promise<Starts> {
  const starts: Starts = new Map();
  for await (const { id, details } of listAll(store, { owner, limit: 500 })) {
    if (details) starts.set(id, details.created);
  }
  return starts;
}
