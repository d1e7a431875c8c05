import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Pool } from 'pg';
import { watchers } from './watchers.ts';

/**
 * ms between notifications of one process. An append does not notify in its own transaction:
 * PostgreSQL commits such transactions one by one, and 16 at once would take three times as long.
 */
const NOTIFY_EVERY_MS = 20;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/** Does not wait for the disk: a lost notification loses no event. */
const NOTIFY = `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, id)
  FROM unnest($2::text[]) AS id`;

/** Notifies all processes on the database of appends, and is notified, by NOTIFY and LISTEN. */
export function notifications(pool: Pool, url: string, channel: string) {
  const pending = new Set<string>();
  let sending: Promise<void> | undefined;
  const local = watchers(() =>
    listen({ url, channel, onAppend: local.notify, onListening: local.notifyAll }),
  );

  async function sendPending(): Promise<void> {
    while (pending.size > 0) {
      const values = [channel, [...pending]];
      pending.clear();
      await pool.query({ text: NOTIFY, values }).catch(ignore);
      await sleep(NOTIFY_EVERY_MS);
    }
    sending = undefined;
  }

  return {
    watch: local.watch,
    notify(id: string) {
      pending.add(id);
      sending ??= sendPending();
    },
    async close() {
      local.clear();
      await sending;
    },
  };
}

type Listener = {
  readonly url: string;
  readonly channel: string;
  onAppend(id: string): void;
  /** Called on each new connection: what was sent before it is lost. */
  onListening(): void;
};

/** Listens on a connection of its own, and on a new one if that breaks. @returns its end */
function listen(listener: Listener): () => void {
  const over = new AbortController();
  void keepListening(listener, over.signal);
  return () => over.abort();
}

async function keepListening(listener: Listener, signal: AbortSignal): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  while (!signal.aborted) {
    const hasListened = await listenOnce(listener, signal);
    if (hasListened) waitMs = FIRST_WAIT_MS;
    await sleep(waitMs, undefined, { signal }).catch(ignore);
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
  }
}

/** Resolves when the connection has ended. @returns whether it could listen */
async function listenOnce(listener: Listener, signal: AbortSignal): Promise<boolean> {
  const { url, channel, onAppend, onListening } = listener;
  const client = new Client({
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: LONGEST_WAIT_MS,
  });
  const end = () => void client.end().catch(ignore);
  const ended = new Promise((resolve) => client.once('end', resolve));
  signal.addEventListener('abort', end);
  // The event `end` follows.
  client.on('error', ignore);
  client.on('notification', ({ payload = '' }) => onAppend(payload));
  let hasListened = false;
  try {
    await client.connect();
    await client.query(`LISTEN "${channel}"`);
    onListening();
    hasListened = true;
  } catch {
    end();
  }
  await ended;
  signal.removeEventListener('abort', end);
  return hasListened;
}

const ignore = (): void => {};
