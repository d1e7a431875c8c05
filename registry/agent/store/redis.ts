import { Redis } from 'ioredis';
import { Refused } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import {
  assertKnownSchema,
  Conflict,
  matchesQuery,
  type Query,
  type Store,
  type ThreadInfo,
} from '../core/store.ts';
import { watchers } from './watchers.ts';

const SCHEMA = 1;
/** ms between two tries to connect, so that a Redis that is back is found soon. */
const LONGEST_WAIT_MS = 500;
const LONGEST_ANSWER_MS = 10_000;
/** Infos looked at in one go. */
const BATCH = 500;

/**
 * All threads in one Redis, for any number of processes on any machines. It is as durable as that Redis: with
 * `appendonly yes` and `appendfsync always`, an append is on disk once it resolves.
 * @throws Refused without a `url`, and for threads that a later version wrote
 */
export function redisStore(
  url = process.env['REDIS_URL']?.trim(),
  prefix = 'agent',
): Required<Store> & { close(): Promise<void> } {
  if (!url) throw new Refused('Put REDIS_URL into .env: the store cannot do without.');
  const retryStrategy = (times: number) => Math.min(times * 50, LONGEST_WAIT_MS);
  const redis = new Redis(url, {
    lazyConnect: true,
    // Sent again by itself, an append that had arrived would be a conflict.
    maxRetriesPerRequest: 0,
    retryStrategy,
    commandTimeout: LONGEST_ANSWER_MS,
  });
  // It connects anew by itself; whoever waits for an answer is told why there is none.
  let failure: Error | undefined;
  redis.on('error', (error: Error) => (failure = error));
  redis.on('ready', () => (failure = undefined));
  const key = (...parts: readonly string[]) => [prefix, ...parts].join(':');
  const channel = key('appended');
  const { watch, notify: tell, notifyAll, clear } = watchers(() =>
    subscribe(redis, channel, { onMessage: tell, onReady: notifyAll }),
  );
  let checked: Promise<void> | undefined;

  async function check(): Promise<void> {
    await redis.setnx(key('schema'), SCHEMA);
    assertKnownSchema(
      `What is under ${prefix} in Redis`,
      Number(await redis.get(key('schema'))),
      SCHEMA,
    );
  }
  async function answer<T>(ask: () => Promise<T>): Promise<T> {
    checked ??= check();
    await checked.catch((error: unknown) => {
      checked = undefined;
      throw reason(error);
    });
    return ask().catch((error: unknown) => {
      throw reason(error);
    });
  }
  const reason = (error: unknown) =>
    Object(error).name === 'MaxRetriesPerRequestError'
      ? (failure ?? new Error('the connection to Redis broke'))
      : error;

  /** Ids behind `after`, in order: all that are due if that is asked, else a batch of one owner or status, or of all. */
  async function idsAfter(after: string, { dueBefore, owner, status }: Query): Promise<string[]> {
    if (dueBefore !== undefined) {
      const ids = await answer(() =>
        redis.zrange(key('due'), '-inf', `(${Date.parse(dueBefore)}`, 'BYSCORE'),
      );
      return ids.filter((id) => id > after).sort();
    }
    const byStatus = status === undefined ? key('ids') : key('status', status);
    const set = owner === undefined ? byStatus : key('owner', owner);
    return answer(() =>
      redis.zrange(set, after === '' ? '-' : `(${after}`, '+', 'BYLEX', 'LIMIT', 0, BATCH),
    );
  }

  async function* infosOf(ids: readonly string[]): AsyncGenerator<ThreadInfo> {
    for (let from = 0; from < ids.length; from += BATCH) {
      const texts = await answer(() => redis.hmget(key('infos'), ...ids.slice(from, from + BATCH)));
      for (const text of texts) if (text !== null) yield JSON.parse(text);
    }
  }

  return {
    async load(id) {
      const texts = await answer(() => redis.lrange(key('thread', id), 0, -1));
      return texts.map((text): Event => JSON.parse(text));
    },
    async append(id, version, event, index) {
      const { status, due, owner } = index;
      const info: ThreadInfo = { id, version: version + 1, ...index };
      const dueMs = due === undefined ? '' : String(Date.parse(due));
      const values = [
        version,
        JSON.stringify(event),
        JSON.stringify(info),
        id,
        prefix,
        status,
        dueMs,
      ];
      const appended = await answer(() =>
        redis.eval(
          APPEND,
          2,
          key('thread', id),
          key('infos'),
          ...values,
          ...(owner === undefined ? [] : [owner]),
        ),
      );
      if (appended === 0) throw new Conflict(`${id} is not at ${version}`);
      return version + 1;
    },
    async list(query) {
      const found: ThreadInfo[] = [];
      for (
        let after: string | undefined = query.after ?? '';
        after !== undefined && found.length < query.limit;
      ) {
        const ids: string[] = await idsAfter(after, query);
        for await (const info of infosOf(ids)) {
          if (matchesQuery(info, query)) found.push(info);
          if (found.length === query.limit) return found;
        }
        after = query.dueBefore === undefined && ids.length === BATCH ? ids.at(-1) : undefined;
      }
      return found;
    },
    watch,
    async close() {
      clear();
      await redis.quit();
    },
  };
}

/** Hears what is published, on a connection of its own. Each time that it is ready anew, something may have been missed. */
function subscribe(
  redis: Redis,
  channel: string,
  { onMessage, onReady }: { onMessage(id: string): void; onReady(): void },
): () => void {
  const subscriber = redis.duplicate({ autoResubscribe: false });
  subscriber.on('error', () => undefined);
  subscriber.on('message', (_, id) => onMessage(id));
  subscriber.on('ready', () => void subscriber.subscribe(channel).then(onReady, () => undefined));
  subscriber.connect().catch(() => undefined);
  return () => subscriber.disconnect();
}

/**
 * One script runs at a time: of those that race for a version, one finds it. What it wrote stays if it fails later, so
 * it reads first, and no more than it needs: cjson refuses texts that JSON allows, such as half of a character.
 */
const APPEND = `
  local version, event, info, id, prefix, status, due, owner = unpack(ARGV)
  if redis.call('LLEN', KEYS[1]) ~= tonumber(version) then return 0 end
  local before = string.match(redis.call('HGET', KEYS[2], id) or '', '"status":"([a-z_]+)"')
  redis.call('RPUSH', KEYS[1], event)
  if before then redis.call('ZREM', prefix .. ':status:' .. before, id) end
  redis.call('HSET', KEYS[2], id, info)
  redis.call('ZADD', prefix .. ':ids', 0, id)
  if owner then redis.call('ZADD', prefix .. ':owner:' .. owner, 0, id) end
  redis.call('ZADD', prefix .. ':status:' .. status, 0, id)
  if due == '' then redis.call('ZREM', prefix .. ':due', id) else redis.call('ZADD', prefix .. ':due', due, id) end
  redis.call('PUBLISH', prefix .. ':appended', id)
  return 1`;
