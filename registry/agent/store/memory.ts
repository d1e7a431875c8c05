import { promised } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import { Conflict, pageOf, type Store, type ThreadIndex } from '../core/store.ts';

/** Keeps threads in this process only: for tests, and for agents that need no history. */
export function memoryStore(): Store {
  const threads = new Map<string, { readonly events: Event[]; readonly index: ThreadIndex }>();
  const save = (id: string, version: number, added: readonly Event[], index: ThreadIndex) => {
    const events = threads.get(id)?.events ?? [];
    const { length } = events;
    if (length !== version) throw new Conflict(`${id} has ${length} events, not ${version}`);
    for (const event of added) events.push(structuredClone(event));
    threads.set(id, { events, index });
    return events.length;
  };

  return {
    load: promised((id) => [...(threads.get(id)?.events ?? [])]),
    append: promised((id, version, event, index) => save(id, version, [event], index)),
    create: promised((id, events, index) => save(id, 0, events, index)),
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
