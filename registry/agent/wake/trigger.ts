import { createHmac } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { TriggerHost } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import { isObject } from '../core/event.ts';
import { parseJson } from '../core/json.ts';
import { requireThread } from '../core/people.ts';
import { indexOf, load, type Store, type Thread } from '../core/store.ts';
import { BodyError, decodeUtf8, readBytes } from '../http/read-bytes.ts';
import { isSame, secretsIn } from '../http/secrets.ts';

/** The id of a thread has at most 64 characters. */
const MAX_BYTES = 1_024;

/**
 * Takes signed requests to `/wake`, by which any scheduler has a thread advanced. A wake is a hint:
 * it adds no event, and any number of them does no harm. 202 says when the thread is due.
 * @throws Refused without WAKE_SECRET
 */
export function wakeTrigger({ agent, wake, log }: TriggerHost) {
  const secrets = secretsIn('WAKE_SECRET', 'it signs wakes');
  const loadOnce = sharedLoad(agent.store);
  return {
    async fetch(request: Request): Promise<Response> {
      try {
        const id = await readWake(request, secrets);
        const thread = requireThread(await loadOnce(id));
        const { status, due = null, owner } = indexOf(thread, agent);
        wake(id, owner);
        return respond(202, { id, status, version: thread.events.length, due });
      } catch (error) {
        const status = statusOf(error);
        const reason = oneLine(error);
        const level = status < 500 ? 'warn' : 'error';
        log({ level, message: `A wake got ${status}`, error: reason });
        return respond(status, { error: status < 500 ? reason : 'The log says why.' });
      }
    },
  };
}

/** Returns the id of the thread to wake. @throws BodyError */
async function readWake(request: Request, secrets: readonly string[]): Promise<string> {
  const { headers, method } = request;
  if (method !== 'POST') throw new BodyError(405, 'Send a POST.');
  const bytes = await readBytes(request, MAX_BYTES);
  if (!isSigned(bytes, headers.get('wake-signature') ?? '', secrets))
    throw new BodyError(401, 'The signature is missing or wrong.');
  if (!/^application\/json\s*(;|$)/i.test(headers.get('content-type') ?? ''))
    throw new BodyError(415, 'Send JSON, with content-type: application/json.');
  const body = parseJson(decodeUtf8(bytes));
  // A scheduler that sends more would take it for delivered.
  const id = isObject(body) && Object.keys(body).length === 1 ? body['thread'] : undefined;
  if (typeof id === 'string') return id;
  throw new BodyError(400, 'Send {"thread":"t_4k7x2p"} and nothing else: a wake has no content.');
}

/** Whether one of the secrets signed the bytes. */
function isSigned(bytes: Uint8Array, signature: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => {
    const hmac = createHmac('sha256', secret).update(bytes);
    return isSame(signature, `sha256=${hmac.digest('hex')}`);
  });
}

/**
 * Returns a function that loads each thread once at a time. All that ask meanwhile share the next
 * load: a wake that is replayed a thousand times costs little, even if the thread is long.
 */
function sharedLoad(store: Store): (id: string) => Promise<Thread> {
  const running = new Map<string, Promise<unknown>>();
  const next = new Map<string, Promise<Thread>>();
  return (id) => {
    const shared = next.get(id);
    if (shared) return shared;
    const start = async () => {
      await running.get(id);
      // Requests that have arrived are read first: a store may read a file without a pause.
      await setImmediate();
      next.delete(id);
      return await load(store, id);
    };
    const thread = start();
    next.set(id, thread);
    const forget = () => void (running.get(id) === ended && running.delete(id));
    const ended: Promise<void> = thread.then(forget, forget);
    running.set(id, ended);
    return thread;
  };
}

function statusOf(error: unknown): number {
  if (error instanceof BodyError) return error.status;
  if (!(error instanceof Refused)) return 503;
  // A thread whose events are damaged is so tomorrow, too.
  return error.fault === 'unknown' ? 404 : 500;
}

function respond(status: number, body: object): Response {
  const retry = status === 503 ? { 'retry-after': '5' } : undefined;
  const headers = { 'cache-control': 'no-store', allow: 'POST', ...retry };
  return Response.json(body, { status, headers });
}
