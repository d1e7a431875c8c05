import { setTimeout as sleep } from 'node:timers/promises';
import type { Event } from '../../../registry/agent/core/event.ts';
import { wrapStore, type Store } from '../../../registry/agent/core/store.ts';
import type { Random } from '../../support/random.ts';

export const outageKinds = ['away', 'lost', 'frozen', 'abandoned', 'flaky'] as const;

/**
 * A time, in ms, during which a process does not reach its store as usual.
 * `away`: every request fails. `lost`: appends are saved, and no answer arrives. `frozen`: requests
 * are carried out and answered at the end. `abandoned`: the same, but the client stops waiting
 * earlier. `flaky`: each request works, fails, or loses its answer. With `only`, it meets only the
 * appends of that type.
 */
export type Outage = {
  readonly kind: (typeof outageKinds)[number];
  readonly from: number;
  readonly until: number;
  readonly only?: Event['type'];
};

/** How long a client waits for an answer in an `abandoned` outage. */
const CLIENT_TIMEOUT_MS = 400;

/** The message of every error of an outage. */
export const UNREACHABLE = 'the store cannot be reached';

type Circumstances = {
  readonly outages: readonly Outage[];
  readonly now: () => number;
  readonly random: Random;
  /** Gets the type of each event whose append was disturbed. */
  readonly onDisturbed: (type: Event['type']) => void;
};

/** Disturbs the requests to a store during its outages. */
export function withOutages(store: Store, circumstances: Circumstances): Store {
  const { outages, now, onDisturbed } = circumstances;
  const outageOf = (type?: Event['type']) =>
    outages.find(({ from, until, only = type }) => from <= now() && now() < until && only === type);
  const read = async <Value>(request: () => Promise<Value>) => {
    const outage = outageOf();
    if (outage === undefined) return request();
    return duringOutage(outage, circumstances, { isAppend: false, request });
  };
  return wrapStore(store, {
    load: async (id) => read(async () => store.load(id)),
    list: async (query) => read(async () => store.list(query)),
    async append(...args) {
      const request = async () => store.append(...args);
      const { type } = args[2];
      const outage = outageOf(type);
      if (outage === undefined) return request();
      onDisturbed(type);
      return duringOutage(outage, circumstances, { isAppend: true, request });
    },
  });
}

type Request<Value> = { readonly isAppend: boolean; readonly request: () => Promise<Value> };

async function duringOutage<Value>(
  { kind, until }: Outage,
  { now, random }: Circumstances,
  { isAppend, request }: Request<Value>,
): Promise<Value> {
  switch (kind) {
    case 'away':
      throw new Error(UNREACHABLE);
    case 'lost':
      return withoutAnswer(isAppend ? request() : undefined);
    case 'frozen':
      await sleep(until - now());
      return request();
    case 'abandoned': {
      const ended = sleep(until - now());
      // Its end comes when the client has left.
      if (isAppend) ended.then(request).catch(() => undefined);
      await Promise.race([ended, sleep(CLIENT_TIMEOUT_MS)]);
      throw new Error(UNREACHABLE);
    }
    case 'flaky':
      switch (random.below(3)) {
        case 0:
          return request();
        case 1:
          return withoutAnswer(request());
        default:
          throw new Error(UNREACHABLE);
      }
    default:
      return kind satisfies never;
  }
}

/** Waits for the end of a request. Not even a conflict is told. */
async function withoutAnswer(request: Promise<unknown> | undefined): Promise<never> {
  await request?.catch(() => undefined);
  throw new Error(UNREACHABLE);
}
