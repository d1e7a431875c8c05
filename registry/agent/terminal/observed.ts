import type { Event } from '../core/event.ts';
import type { Store } from '../core/store.ts';

/** `events` up to and with the new one. `isOwn`: this process saved it; otherwise another did. */
export type OnEvent = (id: string, events: readonly Event[], isOwn: boolean) => void;

/**
 * The same store, telling of each new event once and in order, whoever saved it. What a thread held when it was first
 * loaded is not new.
 */
export function observed(store: Store, onEvent: OnEvent): Store {
  const told = new Map<string, Event[]>();
  return {
    list: (query) => store.list(query),
    async load(id) {
      const events = await store.load(id);
      const known = told.get(id) ?? [...events];
      told.set(id, known);
      for (const event of events.slice(known.length)) {
        known.push(event);
        onEvent(id, known, false);
      }
      return events;
    },
    async append(id, version, event, index) {
      const next = await store.append(id, version, event, index);
      const known = told.get(id) ?? [];
      told.set(id, known);
      if (known.length === version) {
        known.push(event);
        onEvent(id, known, true);
      }
      return next;
    },
  };
}
