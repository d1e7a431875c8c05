import type { Thread } from './store.ts';

/** A thread as the one JSON document that scripts and clients get. */
export function toDocument({ id, events, state }: Thread) {
  const { status, open = null, usage } = state;
  return { id, status, version: events.length, usage, open, events };
}
