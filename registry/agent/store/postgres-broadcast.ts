import type { Pool } from 'pg';
import { keepListening } from './postgres-listener.ts';

/** Does not wait for the disk: a text that is lost is missed by no one for long. */
const NOTIFY = `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`;

/** Sends short texts to all processes on the database, by NOTIFY and LISTEN. Some may be lost. */
export function broadcasts(pool: Pool, url: string, schema: string) {
  const channel = `${schema} drafts`;
  const broadcast = (text: string) => void pool.query(NOTIFY, [channel, text]).catch(ignore);

  function listen(onText: (text: string) => void): () => void {
    const over = new AbortController();
    const sendCheck = () => broadcast('');
    const listener = { url, channel, onAppend: onText, onHeard: ignore, onLost: ignore, sendCheck };
    void keepListening(listener, over.signal);
    return () => over.abort();
  }

  return { broadcast, listen };
}

const ignore = () => undefined;
