import { Redis } from 'ioredis';
import { assertKnownSchema } from './database.ts';

const SCHEMA = 1;

/** The longest wait, in ms, before a new attempt to connect: a restart takes less. */
const LONGEST_RECONNECT_MS = 500;
const COMMAND_TIMEOUT_MS = 10_000;

export const redisUrl = {
  name: 'REDIS_URL',
  example: 'redis://user:password@host:6379/0',
  schemes: /^(rediss?:\/\/|\/)/,
  portIn(address: string) {
    const { options } = new Redis(address, { lazyConnect: true });
    const { host = '', port, db = 0 } = options;
    // NaN is a database that is not a number.
    const isKnown = db >= 0 && !host.includes('%');
    return isKnown ? port : undefined;
  },
};

export type RedisConnection = {
  readonly redis: Redis;
  /** A key under the prefix. */
  key: (...parts: readonly string[]) => string;
  /** Checks the schema, then runs a command. @throws why Redis cannot be reached */
  run: <T>(command: () => Promise<T>) => Promise<T>;
};

/** Connects on the first command, and again after a failure. */
export function connectRedis(url: string, prefix: string): RedisConnection {
  const key = (...parts: readonly string[]) => [prefix, ...parts].join(':');
  const redis = new Redis(url, {
    lazyConnect: true,
    // An append that was sent again after it arrived would be a conflict.
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 50, LONGEST_RECONNECT_MS),
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
  let failure: Error | undefined;
  redis.on('error', (error: Error) => (failure = error));
  redis.on('ready', () => (failure = undefined));
  let checked: Promise<void> | undefined;

  async function run<T>(command: () => Promise<T>): Promise<T> {
    checked ??= checkSchema(redis, key('schema'), prefix).catch((error: unknown) => {
      checked = undefined;
      throw error;
    });
    try {
      await checked;
      return await command();
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      throw failure ?? new Error('the connection to Redis broke');
    }
  }
  return { redis, key, run };
}

async function checkSchema(redis: Redis, key: string, prefix: string): Promise<void> {
  await redis.setnx(key, SCHEMA);
  const schema = Number(await redis.get(key));
  assertKnownSchema(`What is under ${prefix} in Redis`, schema, SCHEMA);
}

const isConnectionLost = (error: unknown): boolean =>
  error instanceof Error && error.name === 'MaxRetriesPerRequestError';

type Subscriber = {
  onAppend: (id: string) => void;
  /** Called on each new connection: what was published before it is lost. */
  onReady: () => void;
};

/** Subscribes to appends, on a connection of its own. @returns a function that ends it */
export function subscribe(
  { redis, key }: RedisConnection,
  { onAppend, onReady }: Subscriber,
): () => void {
  const subscription = redis.duplicate({ autoResubscribe: false });
  const start = () => void subscription.subscribe(key('appended')).then(onReady, ignore);
  // It connects again by itself.
  subscription.on('error', ignore);
  subscription.on('message', (_, id) => onAppend(id));
  subscription.on('ready', start);
  subscription.connect().catch(ignore);
  return () => subscription.disconnect();
}

const ignore = () => undefined;
