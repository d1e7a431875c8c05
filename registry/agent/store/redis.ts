import { Redis } from 'ioredis';
import { Refused } from '../errors.ts';
import type { Event } from '../event.ts';
import { Conflict, matches, type Query, type Store, type ThreadInfo } from './store.ts';

/** Infos looked at in one go. */
const BATCH = 500;

/**
 * All threads in one Redis, for any number of processes on any machines. It is as durable as that Redis: with
 * `appendonly yes` and `appendfsync always`, an append is on disk once it resolves.
 * @throws Refused without a `url`
 */
export function redisStore(
  url = process.env['REDIS_URL']?.trim(),
  prefix = 'agent',
): Store & { close(): Promise<void> } {
  if (!url) throw new Refused('Put REDIS_URL into .env: the store cannot do without.');
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 3 });
  // It connects anew by itself; whoever waits for an answer is told why there is none.
  let failure: Error | undefined;
  redis.on('error', (error: Error) => (failure = error));
  const answer = async <T>(asked: Promise<T>): Promise<T> =>
    asked.catch((error: unknown) => {
      throw Object(error).name === 'MaxRetriesPerRequestError' && failure ? failure : error;
    });
  const key = (...parts: readonly string[]) => [prefix, ...parts].join(':');

  /** Ids behind `after`, in order: of what is due if that is asked, else of one owner or status, else all. */
  async function idsAfter(after: string, { dueBefore, owner, status }: Query): Promise<string[]> {
    if (dueBefore !== undefined) {
      const ids = await answer(redis.zrange(key('due'), '-inf', `(${Date.parse(dueBefore)}`, 'BYSCORE'));
      return ids.filter((id) => id > after).sort();
    }
    const byStatus = status === undefined ? key('ids') : key('status', status);
    const set = owner === undefined ? byStatus : key('owner', owner);
    return answer(redis.zrange(set, after === '' ? '-' : `(${after}`, '+', 'BYLEX', 'LIMIT', 0, BATCH));
  }

  async function infosOf(ids: readonly string[]): Promise<ThreadInfo[]> {
    const texts = ids.length === 0 ? [] : await answer(redis.hmget(key('infos'), ...ids));
    return texts.flatMap((text): ThreadInfo[] => (text === null ? [] : [JSON.parse(text)]));
  }

  return {
    async load(id) {
      const texts = await answer(redis.lrange(key('thread', id), 0, -1));
      return texts.map((text): Event => JSON.parse(text));
    },
    async append(id, version, event, index) {
      const { status, due, owner = '' } = index;
      const info: ThreadInfo = { id, version: version + 1, ...index };
      const dueMs = due === undefined ? '' : String(Date.parse(due));
      const values = [version, JSON.stringify(event), JSON.stringify(info), id, prefix, status, dueMs, owner];
      const appended = await answer(redis.eval(APPEND, 2, key('thread', id), key('infos'), ...values));
      if (appended === 0) throw new Conflict(`${id} is not at ${version}`);
      return version + 1;
    },
    async list(query) {
      const found: ThreadInfo[] = [];
      for (let after: string | undefined = query.after ?? ''; after !== undefined && found.length < query.limit;) {
        const ids: string[] = await idsAfter(after, query);
        found.push(...(await infosOf(ids)).filter((info) => matches(info, query)));
        after = query.dueBefore === undefined && ids.length === BATCH ? ids.at(-1) : undefined;
      }
      return found.slice(0, query.limit);
    },
    async close() {
      await redis.quit();
    },
  };
}

/** One script runs at a time: of those that race for a version, one finds it. */
const APPEND = `
  local version, event, info, id, prefix, status, due, owner = unpack(ARGV)
  if redis.call('LLEN', KEYS[1]) ~= tonumber(version) then return 0 end
  redis.call('RPUSH', KEYS[1], event)
  local before = redis.call('HGET', KEYS[2], id)
  if before then redis.call('ZREM', prefix .. ':status:' .. cjson.decode(before).status, id) end
  redis.call('HSET', KEYS[2], id, info)
  redis.call('ZADD', prefix .. ':ids', 0, id)
  if owner ~= '' then redis.call('ZADD', prefix .. ':owner:' .. owner, 0, id) end
  redis.call('ZADD', prefix .. ':status:' .. status, 0, id)
  if due == '' then redis.call('ZREM', prefix .. ':due', id) else redis.call('ZADD', prefix .. ':due', due, id) end
  return 1`;
