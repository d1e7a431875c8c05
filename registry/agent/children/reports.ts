import type { Agent } from '../core/agent.ts';
import { without, type Event, type EventOf, type NewEvent } from '../core/event.ts';
import type { ParentCall, Usage } from '../core/event.ts';
import { threadIdOf, updateThread } from '../core/people.ts';
import { toJson, type Thread } from '../core/store.ts';
import { firstMessage, type OpenCall } from '../core/thread.ts';
import type { PartOutcome } from '../core/tool.ts';

type Host = Pick<Agent, 'store' | 'now' | 'outbox' | 'children'>;
type Part = {
  readonly call_id: string;
  readonly part: string;
};

/** Returns how a child ended, for its parent: the answer, or why there is none. */
export function outcomeOf({ id, events, state }: Thread): PartOutcome {
  const { agent: name = id } = firstMessage(events) ?? {};
  const last = events.filter(({ type }) => type === 'cancelled').slice(-1)[0];
  if (state.status === 'cancelled' && last?.type === 'cancelled') {
    const why = last.reason ? `: ${last.reason}` : '';
    return {
      error: `${name} was cancelled by ${last.by}${why}`,
    };
  }
  const steps = events.filter((event) => event.type === 'tool_call');
  const final = steps.filter(({ awaits }) => awaits === 'message').slice(-1)[0];
  if (state.status !== 'done' || !final)
    return {
      error: `${name} failed: no answer in time`,
    };
  return {
    result: {
      ...without(final.step, 'intent'),
      thread: id,
    },
  };
}

/** Tells the call that waits for a child how it ended. Without effect the second time. */
export async function reportEnd(host: Host, child: Thread, parent: ParentCall): Promise<void> {
  const outcome = outcomeOf(child);
  const { usage } = child.state;
  const { call_id, part } = parent;
  if (part !== undefined) return await endPart(host, { call_id, part }, outcome, usage);
  await closeCall(host, call_id, () => ({
    ...outcome,
    usage,
  }));
}

/** Saves how a part of a call ended, once. The last part closes the call. */
export async function endPart(
  host: Host,
  { call_id, part }: Part,
  outcome: PartOutcome,
  usage?: Usage,
): Promise<void> {
  await updateThread(host, threadIdOf(call_id), ({ events, state }) => {
    if (state.open?.call_id !== call_id || isEnded(events, { call_id, part })) return undefined;
    const saved = 'error' in outcome ? outcome : { result: toJson(outcome.result) };
    const ended = {
      type: 'part_ended',
      call_id,
      part,
      ...saved,
    } as const;
    return usage ? { ...ended, usage } : ended;
  });
  await closeCall(host, call_id, ({ step }, events) => {
    const parts = partsOf(step);
    const isOver = parts.every((_, index) => isEnded(events, { call_id, part: String(index) }));
    return parts.length > 0 && isOver ? { result: `${parts.length} parts ended` } : undefined;
  });
}

/** Returns the parts of a call that has several: steps, each named by its place. */
export function partsOf(step: OpenCall['step']): readonly unknown[] {
  const steps = step?.['steps'];
  return Array.isArray(steps) ? steps : [];
}

function isEnded(events: readonly Event[], { call_id, part }: Part): boolean {
  return events.some(
    (event) => event.type === 'part_ended' && event.call_id === call_id && event.part === part,
  );
}

type Closing = PartOutcome & { readonly usage?: Usage };

/** Appends the outcome of a call that is still open, if there is one. */
async function closeCall(
  host: Host,
  call_id: string,
  outcomeFor: (open: OpenCall, events: readonly Event[]) => Closing | undefined,
): Promise<void> {
  await updateThread(host, threadIdOf(call_id), ({ events, state: { open, status } }) => {
    if (open?.call_id !== call_id || status === 'ready') return undefined;
    const outcome = outcomeFor(open, events);
    return (
      outcome &&
      toEvent(outcome, {
        ...open,
        isLate: status === 'waiting_for_human',
      })
    );
  });
}

type Closed = Pick<OpenCall, 'call_id' | 'attempt'> & {
  readonly isLate: boolean;
};

function toEvent(outcome: Closing, { call_id, attempt, isLate }: Closed): NewEvent {
  const late: Pick<EventOf<'tool_result'>, 'late'> = isLate ? { late: true } : {};
  const { usage } = outcome;
  const shared = { call_id, attempt, usage, ...late };
  if ('error' in outcome)
    return {
      type: 'tool_error',
      error: outcome.error,
      ...shared,
    };
  return {
    type: 'tool_result',
    result: toJson(outcome.result),
    ...shared,
  };
}
