import type { Agent } from '../../../registry/agent/core/agent.ts';
import type { NewEvent } from '../../../registry/agent/core/event.ts';
import { append, load } from '../../../registry/agent/core/store.ts';

/** Appends events as they are, one second apart. Returns the id. */
export async function writeEvents(
  { store, now }: Pick<Agent, 'store' | 'now'>,
  id: string,
  events: readonly NewEvent[],
): Promise<string> {
  let thread = await load(store, id);
  const start = now() - events.length * 1_000;
  for (const [index, event] of events.entries())
    thread = await append(store, thread, {
      ...event,
      at: new Date(start + index * 1_000).toISOString(),
    });
  return id;
}
