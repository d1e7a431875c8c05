import { isObject, type Event } from '../core/event.ts';
import { parseJson } from '../core/json.ts';
import { Conflict, isOnLaterPage } from '../core/store.ts';
import type { Query, Store, ThreadIndex, ThreadInfo } from '../core/store.ts';
import { parseEvents, requireAddress } from './database.ts';
import { connectRedis, redisUrl, subscribe, type RedisConnection } from './redis-connection.ts';
import { watchers } from './watchers.ts';

/** Ids, or infos, in one command. */
const BATCH = 500;

/**
 * Keeps all threads in one Redis, for any number of processes on any machines. With
 * `appendonly yes` and `appendfsync always`, an append is on disk once it resolves.
 * @throws Refused without a `url` that can be read, and for threads of a later version
 */
export function redisStore(
  url = process.env['REDIS_URL']?.trim(),
  prefix = 'agent',
): Required<Omit<Store, 'broadcast' | 'listen'>> & { readonly close: () => Promise<void> } {
  const connection = connectRedis(requireAddress(url, redisUrl), prefix);
  const { redis, key, run } = connection;
  const { watch, notify, notifyAll, clear } = watchers(() =>
    subscribe(connection, { onAppend: notify, onReady: notifyAll }),
  );

  async function save(
    id: string,
    before: number,
    events: readonly Event[],
    index: ThreadIndex,
  ): Promise<number> {
    const version = before + events.length;
    const info: ThreadInfo = { id, version, ...index };
    const values = [
      before,
      events.length,
      ...events.map((event) => JSON.stringify(event)),
      ...infoValues(info, prefix),
    ];
    const keys = [key('thread', id), key('infos')];
    const appended = await run(() => redis.eval(APPEND, 2, ...keys, ...values));
    if (appended === 0) throw new Conflict(`${id} is not at version ${before}`);
    return version;
  }
  return {
    watch,
    async load(id) {
      const texts = await run(() => redis.lrange(key('thread', id), 0, -1));
      return parseEvents(id, texts);
    },
    append: (id, version, event, index) => save(id, version, [event], index),
    create: (id, events, index) => save(id, 0, events, index),
    async list(query) {
      const found: ThreadInfo[] = [];
      for await (const ids of idBatches(connection, query)) {
        const infos = await infosOf(connection, ids);
        found.push(...infos.filter((info) => isOnLaterPage(info, query)));
        if (found.length >= query.limit) break;
      }
      return found.slice(0, query.limit);
    },
    version(id) {
      return run(() => redis.llen(key('thread', id)));
    },
    async close() {
      clear();
      await redis.quit();
    },
  };
}

/** The arguments of the script from `info` on. */
function infoValues(info: ThreadInfo, prefix: string): readonly (string | number)[] {
  const { id, status, due, owner } = info;
  const dueMs = due === undefined ? '' : Date.parse(due);
  const values = [JSON.stringify(info), id, prefix, status, dueMs];
  return owner === undefined ? values : [...values, owner];
}

/** Yields ids in order. Uses one of the sorted sets; the caller checks the whole query. */
function idBatches(connection: RedisConnection, query: Query): AsyncGenerator<string[]> {
  const { dueBefore, after = '' } = query;
  return dueBefore === undefined
    ? batchesInSet(connection, sortedSetFor(query), after)
    : dueBatches(connection, { ...query, dueBefore });
}

async function* batchesInSet(
  { redis, key, run }: RedisConnection,
  set: readonly string[],
  after: string,
): AsyncGenerator<string[]> {
  const range = ['BYLEX', 'LIMIT', 0, BATCH] as const;
  let start = after === '' ? '-' : `(${after}`;
  for (;;) {
    const ids = await run(() => redis.zrange(key(...set), start, '+', ...range));
    if (ids.length > 0) yield ids;
    if (ids.length < BATCH) return;
    start = `(${ids.slice(-1)[0]}`;
  }
}

/**
 * Redis sorts by the time in ms, then by id, and a rank is a place in that order. What is skipped
 * while other threads move is found by the next search.
 */
async function* dueBatches(
  { redis, key, run }: RedisConnection,
  { dueBefore, dueAfter = '', after = '' }: Query & { readonly dueBefore: string },
): AsyncGenerator<string[]> {
  const set = key('due');
  const from = dueAfter === '' ? '-inf' : Date.parse(dueAfter);
  const end = Date.parse(dueBefore);
  const score = await run(() => redis.zscore(set, after));
  const hasStayed = score !== null && Number(score) === from;
  const rank = hasStayed ? await run(() => redis.zrank(set, after)) : null;
  let start = rank === null ? await run(() => redis.zcount(set, '-inf', `(${from}`)) : rank + 1;
  const last = (await run(() => redis.zcount(set, '-inf', `(${end}`))) - 1;
  while (start <= last) {
    const stop = Math.min(start + BATCH - 1, last);
    const ids = await run(() => redis.zrange(set, start, String(stop)));
    if (ids.length === 0) return;
    yield ids;
    start += ids.length;
  }
}

function sortedSetFor({ owner, status }: Query): readonly string[] {
  if (owner !== undefined) return ['owner', owner];
  return status === undefined ? ['ids'] : ['status', status];
}

async function infosOf(
  { redis, key, run }: RedisConnection,
  ids: readonly string[],
): Promise<ThreadInfo[]> {
  const texts = await run(() => redis.hmget(key('infos'), ...ids));
  return texts.flatMap((text, index) => (text === null ? [] : [parseInfo(text, ids[index])]));
}

/** A thread whose info cannot be read is a failed one: the others are listed. */
function parseInfo(text: string, id = ''): ThreadInfo {
  const info = parseJson(text);
  return isInfo(info) ? info : { id, version: 0, status: 'failed' };
}

function isInfo(info: unknown): info is ThreadInfo {
  if (!isObject(info)) return false;
  const { id, version, status } = info;
  const isNamed = typeof id === 'string' && typeof status === 'string';
  return isNamed && typeof version === 'number';
}

/**
 * Redis runs one script at a time, so one of several appends at a version succeeds. It does
 * not undo a script that fails: this one reads first. It does not parse JSON, because cjson
 * rejects half of a surrogate pair.
 */
const APPEND = `
  local info, id, prefix, status, due, owner = unpack(ARGV, 3 + ARGV[2])
  if redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[1]) then return 0 end
  local old_info = redis.call('HGET', KEYS[2], id) or ''
  local old_status = string.match(old_info, '"status":"([a-z_]+)"')
  for at = 3, 2 + ARGV[2] do redis.call('RPUSH', KEYS[1], ARGV[at]) end
  if old_status then redis.call('ZREM', prefix .. ':status:' .. old_status, id) end
  redis.call('HSET', KEYS[2], id, info)
  redis.call('ZADD', prefix .. ':ids', 0, id)
  if owner then redis.call('ZADD', prefix .. ':owner:' .. owner, 0, id) end
  redis.call('ZADD', prefix .. ':status:' .. status, 0, id)
  if due == '' then
    redis.call('ZREM', prefix .. ':due', id)
  else
    redis.call('ZADD', prefix .. ':due', due, id)
  end
  redis.call('PUBLISH', prefix .. ':appended', id)
  return 1`;
