import type { Event, Step } from '../event.ts';

const at = new Date(0).toISOString();
const call = { call_id: 'check:1', at };

/** A person says something. */
export const said = (text: string): Event => ({ type: 'message', channel: 'check', from: 'you', text, at });

const asked = (step: Step) => said(`Please do this: ${JSON.stringify(step)}`);

/** A person does not want the step, and says why. */
export const denied = (step: Step): readonly Event[] => [
  asked(step),
  { type: 'tool_call', step, awaits: 'approval', ...call },
  { type: 'approval', approved: false, by: 'you', comment: 'not today, so do not propose it again: end here', ...call },
];

/** The step fails, and fails again. */
export function failedTwice(step: Step): readonly Event[] {
  const error = 'it is switched off until tomorrow, and fails until then';
  const tries = ['check:1', 'check:4'].flatMap((call_id): Event[] => [
    { type: 'tool_call', call_id, step, awaits: 'result', at },
    { type: 'tool_started', call_id, attempt: 1, by: 'check', lease_until: at, at },
    { type: 'tool_error', call_id, attempt: 1, error, at },
  ]);
  return [asked(step), ...tries];
}

/** A question is answered: the step's, or where no step asks, the loop's own. */
export const answered = (step: Step | undefined): readonly Event[] => [
  said('Do what you think is best.'),
  step
    ? { type: 'tool_call', step, awaits: 'answer', ...call }
    : { type: 'handed_over', reason: 'no progress: how should I go on?', ...call },
  { type: 'human_response', by: 'you', text: 'I do not know. Do not ask me again: end here.', ...call },
];

/** The agent rests after its step, if it has one to rest with, and a person says something else. */
export const followedUp = (text: string, step: Step | undefined, then: string): readonly Event[] => [
  said(text),
  ...(step ? [{ type: 'tool_call', step, awaits: 'message', ...call } as const] : []),
  said(then),
];

/** Whether the step, with the same arguments, is in the thread already. */
export const isTaken = (step: Step, events: readonly Event[]): boolean =>
  events.some((event) => event.type === 'tool_call' && JSON.stringify(event.step) === JSON.stringify(step));
