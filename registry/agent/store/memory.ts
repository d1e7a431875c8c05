import { promised } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import { Conflict, pageOf, type Store, type ThreadIndex } from '../core/store.ts';

/** Keeps threads in this process only: for tests, and for agents that need no history. */
export function memoryStore(): Store {
  const threads = new Map<string, { readonly events: Event[]; index: ThreadIndex }>();

  return {
    load: promised((id) => [...(threads.get(id)?.events ?? [])]),
    append: promised((id, version, event, index) => {
      const thread = threads.get(id) ?? { events: [], index };
      const { length } = thread.events;
      if (length !== version) throw new Conflict(`${id} has ${length} events, not ${version}`);
      thread.events.push(structuredClone(event));
      thread.index = index;
      threads.set(id, thread);
      return version + 1;
    }),
    list: promised((query) => {
      const infos = [...threads].map(([id, { events, index }]) => ({
        id,
        version: events.length,
        ...index,
      }));
      return pageOf(infos, query);
    }),
    version: promised((id) => threads.get(id)?.events.length ?? 0),
  };
}
