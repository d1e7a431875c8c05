import { setImmediate } from 'node:timers/promises';
import type { StreamedEvent } from '../api/api.ts';
import type { AgentClient } from '../client/client.ts';
import type { Draft } from '../core/model.ts';
import type { Shown } from './messages.ts';

/** A saved event, or the texts of a draft: none if it is withdrawn. */
export type Change = Pick<StreamedEvent, 'event'> | { readonly texts: readonly string[] };

/** Yields what happens in a thread, as fast as it is taken: of drafts, only the newest. */
export async function* changesOf(
  client: AgentClient,
  { id, version }: Pick<Shown, 'id' | 'version'>,
  ...ends: readonly AbortSignal[]
): AsyncGenerator<Change> {
  let newest: { readonly texts: readonly string[] } | undefined;
  let notify: () => void = () => undefined;
  const onDraft = (draft: Draft | undefined) => {
    newest = { texts: Object.values(draft?.texts ?? {}) };
    notify();
  };
  const closing = new AbortController();
  const signal = AbortSignal.any([...ends, closing.signal]);
  const events = client.events(id, {
    after: version,
    signal,
    onDraft,
  });
  let next = events.next();
  try {
    for (;;) {
      const drafted = new Promise<void>((resolve) => {
        notify = resolve;
      });
      if (!newest) await Promise.race([next, drafted]);
      // A draft also ends because it is saved: then the event comes at once.
      const result = await Promise.race([next, setImmediate(undefined)]);
      if (result?.done) return;
      const change = result?.value ?? newest;
      newest = undefined;
      if (result) next = events.next();
      if (change) yield change;
    }
  } finally {
    closing.abort();
    next.catch(() => undefined);
  }
}
