import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Pool } from 'pg';
import { watchers } from './watchers.ts';

/**
 * ms between two notices of one process. An append does not notify by itself: PostgreSQL lets one transaction that
 * notifies commit at a time, and 16 at once would take three times as long.
 */
const TELL_EVERY_MS = 20;
const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [100, 10_000];

/** Nothing is lost with a notice, so none waits for the disk. */
const NOTIFY = `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, id) FROM unnest($2::text[]) AS id`;

/** Tells all processes on the database which threads moved, and hears it from them, by LISTEN and NOTIFY. */
export function notices(pool: Pool, url: string, channel: string) {
  const moved = new Set<string>();
  let telling: Promise<void> | undefined;
  const hearing = watchers(() =>
    listen(url, channel, { onMoved: hearing.notify, onListening: hearing.notifyAll }),
  );

  async function tellOthers(): Promise<void> {
    while (moved.size > 0) {
      const ids = [...moved];
      moved.clear();
      await pool
        .query({ name: 'notify', text: NOTIFY, values: [channel, ids] })
        .catch(() => undefined);
      await sleep(TELL_EVERY_MS);
    }
    telling = undefined;
  }
  return {
    watch: hearing.watch,
    tell(id: string) {
      moved.add(id);
      telling ??= tellOthers();
    },
    async close() {
      hearing.clear();
      await telling;
    },
  };
}

type Heard = { onMoved(id: string): void; onListening(): void };

/**
 * Listens on a connection of its own, and on a new one whenever that breaks. What was said in between is lost, so
 * `onListening` is called each time. @returns what ends it
 */
function listen(url: string, channel: string, { onMoved, onListening }: Heard): () => void {
  const over = new AbortController();
  async function hear(): Promise<boolean> {
    const client = new Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: LONGEST_WAIT_MS,
    });
    const leave = () => void client.end().catch(() => undefined);
    over.signal.addEventListener('abort', leave);
    const ended = new Promise((resolve) => client.once('end', resolve));
    // Its end follows.
    client.on('error', () => undefined);
    client.on('notification', ({ payload = '' }) => onMoved(payload));
    const isHeard = await client
      .connect()
      .then(async () =>
        client
          .query(`LISTEN "${channel}"`)
          .then(onListening)
          .then(() => true),
      )
      .catch(() => false);
    if (!isHeard) leave();
    await ended;
    over.signal.removeEventListener('abort', leave);
    return isHeard;
  }
  async function hearOn(): Promise<void> {
    for (
      let wait = FIRST_WAIT_MS;
      !over.signal.aborted;
      wait = Math.min(2 * wait, LONGEST_WAIT_MS)
    ) {
      if (await hear()) wait = FIRST_WAIT_MS;
      await sleep(wait, undefined, { signal: over.signal }).catch(() => undefined);
    }
  }
  void hearOn();
  return () => over.abort();
}
