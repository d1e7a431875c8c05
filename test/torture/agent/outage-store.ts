import { setTimeout as sleep } from 'node:timers/promises';
import { wrapStore, type Store } from '../../../registry/agent/core/store.ts';
import type { Random } from '../../support/random.ts';

export const outageKinds = ['away', 'lost', 'frozen', 'abandoned', 'flaky'] as const;

/**
 * A time, in ms, during which a process does not reach its store as usual.
 * `away`: every request fails. `lost`: appends are saved, and no answer arrives. `frozen`: requests
 * are carried out and answered at the end. `abandoned`: the same, but the client stops waiting
 * earlier. `flaky`: each request works, fails, or loses its answer.
 */
export type Outage = {
  readonly kind: (typeof outageKinds)[number];
  readonly from: number;
  readonly until: number;
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
  readonly onDisturbed: (type: string) => void;
};

/** Disturbs the requests to a store during its outages. */
export function withOutages(store: Store, circumstances: Circumstances): Store {
  const { outages, now, onDisturbed } = circumstances;
  const isNow = ({ from, until }: Outage) => from <= now() && now() < until;
  const disturb = async <Value>(isAppend: boolean, request: () => Promise<Value>) => {
    const outage = outages.find(isNow);
    if (outage === undefined) return request();
    return duringOutage(outage, circumstances, { isAppend, request });
  };
  return wrapStore(store, {
    load: async (id) => disturb(false, async () => store.load(id)),
    list: async (query) => disturb(false, async () => store.list(query)),
    async append(...event) {
      if (outages.some(isNow)) onDisturbed(event[2].type);
      return disturb(true, async () => store.append(...event));
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
