import { callsIn, isObject, type Event, type EventOf, type Step } from './event.ts';
import { ownerOf } from './thread.ts';

/** A thread as rules and tools see it: for whom they act, and what has happened. */
export type ThreadView = Readonly<{
  id: string;
  /** The sender of the first message, or the person who copied the thread. */
  owner: string;
  /** All messages, with `from`, `text`, and the `data` that your code sent along. */
  messages: readonly EventOf<'message'>[];
  events: readonly Event[];
  /** Milliseconds since 1970. */
  now: number;
  /** The last person who approved, or who edited, the call that runs. */
  approvedBy?: string | undefined;
  /** Returns the steps of an intent that took effect, or may have, also as a step of a plan. */
  tookEffect: (intent: string) => readonly Step[];
}>;

type Viewed = { readonly id: string; readonly events: readonly Event[] };

/** Shows a thread to a rule, or to the tool that runs the call `call_id`. */
export function viewThread({ id, events }: Viewed, now: number, call_id?: string): ThreadView {
  // Most rules look at nothing: what takes long in a long thread is computed when it is asked for.
  return {
    id,
    events,
    now,
    get owner() {
      return ownerOf(events) ?? '';
    },
    get messages() {
      return events.filter((event) => event.type === 'message');
    },
    get approvedBy() {
      const approvals = events.filter((event) => event.type === 'approval');
      const approval = approvals.find(({ edit, approved, ...of }) => {
        if (edit?.awaits === 'result') return edit.call_id === call_id;
        return approved && of.call_id === call_id;
      });
      return approval?.by;
    },
    tookEffect: (intent) => stepsWithEffect(events, intent),
  };
}

/** Returns a step and those within it. If some of them did not run, its result tells which ran. */
function stepsOf(step: Step, result: unknown): readonly Step[] {
  const { intent, steps } = step;
  if (!['run_plan', 'parallel'].includes(intent) || !Array.isArray(steps)) return [step];
  const ran = isObject(result) && Array.isArray(result['ran']) ? result['ran'] : steps;
  const within = steps.slice(0, ran.length).filter((one) => isObject(one) && 'intent' in one);
  return [step, ...(within as readonly Step[])];
}

/** Leaves out calls that never started, or failed at first without starting another thread. */
function stepsWithEffect(events: readonly Event[], intent: string): readonly Step[] {
  const started = new Set<string>();
  const asked = new Set<string>();
  const failed = new Set<string>();
  const results = new Map<string, unknown>();
  for (const event of events) {
    if (event.type === 'tool_started') started.add(event.call_id);
    if (event.type === 'child_started') asked.add(event.call_id);
    if (event.type === 'tool_result') results.set(event.call_id, event.result);
    // A later attempt may fail because an earlier one took effect.
    const isFirst = event.type === 'tool_error' && event.attempt === 1;
    if (isFirst && !asked.has(event.call_id)) failed.add(event.call_id);
  }
  const ran = callsIn(events).filter(({ call_id }) => started.has(call_id) && !failed.has(call_id));
  const all = ran.flatMap(({ call_id, step }) => stepsOf(step, results.get(call_id)));
  return all.filter((step) => step.intent === intent);
}
