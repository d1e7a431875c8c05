import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { keepListening } from './postgres-listener.ts';
import { watchers } from './watchers.ts';

/**
 * ms between notifications of one process. An append does not notify in its own transaction:
 * PostgreSQL commits such transactions one by one, and 16 at once would take three times as long.
 */
const NOTIFY_EVERY_MS = 20;

/** ms between two queries for new versions, while no notifications arrive. */
const POLL_MS = 1_000;

/** Does not wait for the disk: a lost notification loses no event. */
const NOTIFY = `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, id)
  FROM unnest($2::text[]) AS id`;

/**
 * Notifies all processes on the database of appends, and is notified, by NOTIFY and LISTEN. Polls
 * while notifications do not arrive: behind a pooler in transaction mode, or from a read replica.
 */
export function notifications(pool: Pool, url: string, schema: string) {
  const pending = new Set<string>();
  let sending: Promise<void> | undefined;
  const local = watchers(() => {
    const over = new AbortController();
    receive(over.signal);
    return () => over.abort();
  });

  function receive(signal: AbortSignal): void {
    let isHeard = false;
    const listener = {
      url,
      channel: schema,
      onAppend: local.notify,
      onHeard() {
        // Earlier notifications are lost.
        if (!isHeard) local.notifyAll();
        isHeard = true;
      },
      onLost: () => void (isHeard = false),
      sendCheck: () => void send(['']),
    };
    void keepListening(listener, signal);
    void keepPolling(() => !isHeard, signal);
  }

  async function keepPolling(isNeeded: () => boolean, signal: AbortSignal): Promise<void> {
    let known = new Map<string, number>();
    while (!signal.aborted) {
      await sleep(POLL_MS, undefined, { signal }).catch(ignore);
      if (signal.aborted || !isNeeded()) continue;
      const found = await versionsOf(pool, schema, local.ids()).catch(() => known);
      for (const [id, version] of found) if (known.get(id) !== version) local.notify(id);
      known = found;
    }
  }

  async function send(ids: readonly string[]): Promise<void> {
    await pool.query(NOTIFY, [schema, ids]).catch(ignore);
  }

  async function sendPending(): Promise<void> {
    while (pending.size > 0) {
      const ids = [...pending];
      pending.clear();
      await send(ids);
      await sleep(NOTIFY_EVERY_MS);
    }
    sending = undefined;
  }

  function notify(id: string): void {
    pending.add(id);
    sending ??= sendPending();
  }

  async function close(): Promise<void> {
    local.clear();
    await sending;
  }

  return {
    watch: local.watch,
    notify,
    close,
  };
}

type VersionRow = { readonly id: string; readonly version: number };

async function versionsOf(
  pool: Pool,
  schema: string,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const text = `SELECT id, version FROM "${schema}".threads WHERE id = ANY($1)`;
  const { rows } = await pool.query<VersionRow>(text, [ids]);
  return new Map(rows.map(({ id, version }) => [id, version]));
}

const ignore = () => undefined;
