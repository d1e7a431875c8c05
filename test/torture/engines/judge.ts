import type { Thread } from '../../../registry/agent/core/store.ts';
import { ending, runs } from '../agent/judge.ts';
import type { Effect } from '../agent/script.ts';
import type { Acknowledged } from './people.ts';
import { script, type Played } from './storm.ts';

/**
 * `lost`: something acknowledged is not there. `twice`: a tool ran that must not. `stuck`: a thread
 * has not come to its end. `other`: what else is wrong.
 */
export type Fault = {
  readonly kind: 'lost' | 'twice' | 'stuck' | 'other';
  readonly what: string;
};

/** What is wrong with threads that were played to their ends by processes that were killed. */
export function judge(played: Played): readonly Fault[] {
  const { threads, acknowledged, notBegun, effects, complaints } = played;
  const byThread = new Map<string, Effect[]>();
  for (const effect of effects) {
    const id = effect.key.split(':')[0] ?? '';
    byThread.set(id, [...(byThread.get(id) ?? []), effect]);
  }
  const byId = new Map(threads.map((thread) => [thread.id, thread]));
  const late: Fault = { kind: 'stuck', what: `${notBegun} threads were not started` };
  return [
    ...(notBegun > 0 ? [late] : []),
    ...complaints.map((what): Fault => ({ kind: 'other', what })),
    ...acknowledged.flatMap((one) => loss(one, byId.get(one.thread))),
    ...threads.flatMap((thread) => judgeThread(thread, byThread.get(thread.id) ?? [])),
  ];
}

function loss({ thread: id, request }: Acknowledged, thread: Thread | undefined): Fault[] {
  const isThere = thread?.events.some((event) => {
    if (request.do === 'approve')
      return event.type === 'approval' && event.call_id === request.call;
    return 'idempotency_key' in event && event.idempotency_key === request.key;
  });
  if (isThere) return [];
  return [{ kind: 'lost', what: `${id} lacks ${JSON.stringify(request)}` }];
}

function judgeThread({ id, events, state }: Thread, effects: readonly Effect[]): Fault[] {
  const record = { events, effects };
  const wrong: Fault[] = runs(record, script);
  if (state.status === 'done') wrong.push(...ending(record, script));
  else {
    const last = JSON.stringify(events.slice(-2));
    const kind = ['failed', 'cancelled'].includes(state.status) ? 'other' : 'stuck';
    wrong.push({ kind, what: `${state.status} after ${events.length} events: ${last}` });
  }
  return wrong.map(({ kind, what }) => ({ kind, what: `${id}: ${what}` }));
}
