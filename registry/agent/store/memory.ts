import type { Event } from '../core/event.ts';
import { Conflict, matchesQuery, type ThreadIndex, type Store } from '../core/store.ts';
import { watchers } from './watchers.ts';

/** Keeps threads in this process only: for tests, and for agents that may forget. */
export function memoryStore(): Required<Store> {
  const threads = new Map<string, { readonly events: Event[]; index: ThreadIndex }>();
  const { watch, tell } = watchers();
  return {
    watch,
    async load(id) {
      return [...(threads.get(id)?.events ?? [])];
    },
    async append(id, version, event, index) {
      const thread = threads.get(id) ?? { events: [], index };
      if (thread.events.length !== version)
        throw new Conflict(`${id} has ${thread.events.length} events, not ${version}`);
      thread.events.push(structuredClone(event));
      thread.index = index;
      threads.set(id, thread);
      tell(id);
      return version + 1;
    },
    async list(query) {
      return [...threads]
        .filter(([id, { index }]) => id > (query.after ?? '') && matchesQuery(index, query))
        .map(([id, { events, index }]) => ({ id, version: events.length, ...index }))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, query.limit);
    },
  };
}
