import { load, type Store } from '../../../registry/agent/core/store.ts';
import type { Acknowledged } from './play.ts';

/**
 * What does not hold: every acknowledged request is in the store, every thread has ended, and no
 * tool ran twice.
 */
export async function verify(
  store: Store,
  acknowledged: readonly Acknowledged[],
  effects: readonly string[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const one of acknowledged) {
    const { events, state } = await load(store, one.id);
    const isThere = events.some((event) => {
      if (one.kind === 'launch') return event.type === 'message';
      if (one.kind === 'cancel') return event.type === 'cancelled';
      const isAnswer = event.type === 'human_response' || event.type === 'approval';
      return isAnswer && 'call_id' in one && event.call_id === one.call_id;
    });
    if (!isThere) wrong.push(`${one.kind} of ${one.id} was acknowledged and is lost`);
    if (one.kind === 'launch' && !['done', 'cancelled'].includes(state.status))
      wrong.push(`${one.id} is ${state.status}: ${events.map(({ type }) => type).join(' ')}`);
  }
  const runs = new Set<string>();
  for (const key of effects) {
    if (runs.has(key)) wrong.push(`the tool of ${key} ran twice`);
    runs.add(key);
  }
  return wrong;
}
