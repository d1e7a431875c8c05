import { Redis } from 'ioredis';
import { redisStore } from '../../registry/agent/store/redis.ts';
import type { ThreadInfo } from '../../registry/agent/core/store.ts';
import type { BenchStore, Sizes } from './bench-store.ts';
import { appends, event, filledId, index, paused, waiting, waitingId } from './job.ts';

/** The number of threads in one pipeline. */
const batch = 500;

export function openRedis(address: string, prefix: string): BenchStore {
  const store = redisStore(address, prefix);
  const redis = new Redis(address);
  return {
    store,
    writeBare: (text) => redis.rpush('bare', text),
    async fill(threads) {
      await fill(redis, prefix, waiting, (thread) => ({
        id: waitingId(thread),
        version: 1,
        ...paused,
      }));
      await fill(redis, prefix, threads, (thread) => ({
        id: filledId(thread),
        version: appends,
        ...index,
      }));
    },
    sizes: () => sizesOf(redis),
    async close() {
      await Promise.all([store.close(), redis.quit()]);
    },
  };
}

/** Writes the same keys as the script of the store. */
async function fill(
  redis: Redis,
  prefix: string,
  threads: number,
  toInfo: (thread: number) => ThreadInfo,
) {
  const text = JSON.stringify(event);
  for (let first = 0; first < threads; first += batch) {
    const pipeline = redis.pipeline();
    for (let thread = first; thread < Math.min(threads, first + batch); thread++) {
      const info = toInfo(thread);
      const { id, version, status, due = '', owner = '' } = info;
      pipeline
        .rpush(`${prefix}:thread:${id}`, ...Array.from({ length: version }, () => text))
        .hset(`${prefix}:infos`, id, JSON.stringify(info))
        .zadd(`${prefix}:ids`, 0, id)
        .zadd(`${prefix}:owner:${owner}`, 0, id)
        .zadd(`${prefix}:status:${status}`, 0, id)
        .zadd(`${prefix}:due`, Date.parse(due), id);
    }
    await pipeline.exec();
  }
}

/** Measures the append-only file, before and after Redis has rewritten it. */
async function sizesOf(redis: Redis): Promise<Sizes> {
  const bytes = await infoOf(redis, 'aof_current_size');
  await redis.bgrewriteaof();
  do await new Promise((resolve) => setTimeout(resolve, 50));
  while (
    (await infoOf(redis, 'aof_rewrite_in_progress')) +
      (await infoOf(redis, 'aof_rewrite_scheduled')) >
    0
  );
  return { bytes, tidied: await infoOf(redis, 'aof_current_size') };
}

async function infoOf(redis: Redis, name: string): Promise<number> {
  const [, value] = new RegExp(`^${name}:(\\d+)`, 'm').exec(await redis.info('persistence')) ?? [];
  return Number(value);
}
