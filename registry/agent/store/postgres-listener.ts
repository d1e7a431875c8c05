import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/** ms between two checks that notifications arrive, and ms in which one must. */
const CHECK_EVERY_MS = 10_000;
const ARRIVES_WITHIN_MS = 5_000;

export type Listener = {
  readonly url: string;
  readonly channel: string;
  onAppend: (id: string) => void;
  /** Called after each check that succeeds. */
  onHeard: () => void;
  /** Called when the connection ends, or when no notification arrives. */
  onLost: () => void;
  /** Notifies the channel over another connection, with an empty id. */
  sendCheck: () => void;
};

/**
 * Listens on a connection of its own, and on a new one if that breaks or receives nothing. A pooler
 * in transaction mode accepts LISTEN, and then delivers no notifications.
 */
export async function keepListening(listener: Listener, signal: AbortSignal): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  while (!signal.aborted) {
    const hasHeard = await listenOnce(listener, signal);
    listener.onLost();
    if (hasHeard) waitMs = FIRST_WAIT_MS;
    await sleep(waitMs, undefined, { signal }).catch(ignore);
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
  }
}

/** Resolves when the connection is of no use. @returns whether it received notifications */
async function listenOnce(listener: Listener, signal: AbortSignal): Promise<boolean> {
  const client = newClient(listener);
  const ended = new AbortController();
  const end = () => void client.end().catch(ignore);
  client.on('end', () => ended.abort());
  signal.addEventListener('abort', end);
  let hasHeard = false;
  try {
    await client.connect();
    await client.query(`LISTEN "${listener.channel}"`);
    while (!signal.aborted) {
      await receiveCheck(client, listener.sendCheck);
      hasHeard = true;
      listener.onHeard();
      await sleep(CHECK_EVERY_MS, undefined, { signal: ended.signal });
    }
  } catch {
    // The caller connects again.
  }
  signal.removeEventListener('abort', end);
  end();
  return hasHeard;
}

function newClient({ url, onAppend }: Listener): Client {
  const client = new Client({
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: LONGEST_WAIT_MS,
    query_timeout: LONGEST_WAIT_MS,
  });
  client.on('notification', ({ payload }) => payload && onAppend(payload));
  // Without a listener, the error would end the process.
  client.on('error', ignore);
  return client;
}

/** @throws if no notification arrives in time, or the connection breaks */
async function receiveCheck(client: Client, sendCheck: () => void): Promise<void> {
  const signal = AbortSignal.timeout(ARRIVES_WITHIN_MS);
  const received = once(client, 'notification', { signal });
  sendCheck();
  await received;
}

const ignore = () => undefined;
