import { promised } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import { Conflict, matchesQuery, type Store, type ThreadIndex } from '../core/store.ts';

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
    list: promised(({ after = '', ...query }) =>
      [...threads]
        .filter(([id, { index }]) => id > after && matchesQuery(index, query))
        .map(([id, { events, index }]) => ({ id, version: events.length, ...index }))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, query.limit),
    ),
    version: promised((id) => threads.get(id)?.events.length ?? 0),
  };
}
