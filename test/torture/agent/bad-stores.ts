import type { Event } from '../../../registry/agent/core/event.ts';
import { UNREACHABLE } from './outage-store.ts';
import type { Parts } from './outage-worker.ts';
import { Conflict, type ThreadIndex, type Store } from '../../../registry/agent/core/store.ts';

/** A faulty store: keeps what `holds` selects in memory, until another event follows. */
export function holding(store: Store, holds: (event: Event, index: ThreadIndex) => boolean): Store {
  const held: { readonly event: Event; readonly index: ThreadIndex }[] = [];
  const load = async (id: string) => [...(await store.load(id)), ...held.map(({ event }) => event)];
  return {
    ...store,
    load,
    async append(id, version, event, index) {
      const known = (await load(id)).length;
      if (known !== version) throw new Conflict(`${id} is at ${known}, not at ${version}`);
      held.push({ event, index });
      if (holds(event, index)) return version + 1;
      const all = held.splice(0);
      for (const [n, one] of all.entries())
        await store.append(id, version + 1 - all.length + n, one.event, one.index);
      return version + 1;
    },
  };
}

/** A faulty store: appends at any version. */
export function blind(store: Store): Store {
  return {
    ...store,
    async append(id, _, event, index) {
      for (;;) {
        try {
          return await store.append(id, (await store.load(id)).length, event, index);
        } catch (error) {
          if (!(error instanceof Conflict)) throw error;
        }
      }
    },
  };
}

/** A faulty store: the worker gives up at the first error, as if it were permanent. */
export function impatient(store: Store): Store {
  return {
    ...store,
    async append(...event) {
      try {
        return await store.append(...event);
      } catch (error) {
        if (error instanceof Conflict) throw error;
        throw new TypeError(UNREACHABLE, { cause: error });
      }
    },
  };
}

/** A faulty clock: it stands still while a claim is saved, so that no claim is ever late. */
export function clockless(): Parts {
  let stoppedAt: number | undefined;
  const wrap = (store: Store): Store => ({
    ...store,
    async append(id, version, event, index) {
      if (event.type !== 'tool_started') return store.append(id, version, event, index);
      stoppedAt ??= Date.parse(event.at);
      const saved = await store.append(id, version, event, index);
      setImmediate(() => (stoppedAt = undefined));
      return saved;
    },
  });
  return { now: () => stoppedAt ?? Date.now(), wrap };
}
