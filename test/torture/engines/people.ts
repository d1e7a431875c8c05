import { setTimeout as sleep } from 'node:timers/promises';
import { load, listAll, type Store } from '../../../registry/agent/core/store.ts';
import type { OpenCall } from '../../../registry/agent/core/thread.ts';
import type { Random } from '../../support/random.ts';
import type { Effect } from '../agent/script.ts';
import { AGAIN } from '../agent/victim.ts';
import type { Crew } from './crew.ts';
import type { Request } from './worker.ts';

/** What a process said that it has saved. */
export type Acknowledged = { readonly thread: string; readonly request: Request };

export type People = {
  /** Starts a thread, however often a process dies meanwhile. Resolves to its id. */
  begin(key: string): Promise<string | undefined>;
  /** Answers and approves what is asked. A call that was handed over, as the ledger says. */
  answerAll(): Promise<void>;
  readonly acknowledged: readonly Acknowledged[];
  /** Tells them to go. */
  leave(): void;
};

type Scene = {
  readonly crew: Crew;
  readonly store: Store;
  readonly effects: () => readonly Effect[];
  readonly random: Random;
};

/** ms in which a process that is slow, and not dead, does what it had begun. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 300;
const owners = ['ada', 'bob', 'eve', 'kim', 'lee', 'max', 'sue', 'tom'] as const;

/** People who start threads and answer them, by way of any process. */
export function openPeople({ crew, store, effects, random }: Scene): People {
  const acknowledged: Acknowledged[] = [];
  const busy = new Set<string>();
  const seen = new Map<string, number>();
  const leaving = new AbortController();

  /** Asks until it is saved, or refused. */
  async function insist(request: Request): Promise<string | undefined> {
    while (!leaving.signal.aborted) {
      const told = await crew.ask(random.below(2 ** 31), request);
      if (told && 'saved' in told) {
        acknowledged.push({ thread: told.saved, request });
        return told.saved;
      }
      if (told && 'refused' in told) return undefined;
      await sleep(RETRY_MS);
    }
    return undefined;
  }

  function requestFor({ call_id: call, reason }: OpenCall): Request | undefined {
    if (reason === undefined) return { do: 'answer', key: call, call, text: 'this one' };
    const since = seen.get(call) ?? performance.now();
    seen.set(call, since);
    if (performance.now() < since + PATIENCE_MS) return undefined;
    const isDone = effects().some(({ key, phase }) => key === call && phase === 'took');
    return { do: 'answer', key: call, call, text: isDone ? 'go on' : AGAIN };
  }

  async function attend(id: string): Promise<void> {
    const { state } = await load(store, id);
    if (state.status === 'waiting_for_approval')
      await insist({ do: 'approve', call: state.open.call_id });
    if (state.status !== 'waiting_for_human') return;
    const request = requestFor(state.open);
    if (request) await insist(request);
  }

  return {
    acknowledged,
    begin: async (key) => await insist({ do: 'start', key, from: random.one(owners) }),
    async answerAll() {
      for (const status of ['waiting_for_approval', 'waiting_for_human'] as const)
        for await (const { id } of listAll(store, { status, limit: 500 })) {
          if (busy.has(id)) continue;
          busy.add(id);
          void attend(id)
            // The store is away: later.
            .catch(() => undefined)
            .finally(() => busy.delete(id));
        }
    },
    leave: () => leaving.abort(),
  };
}
