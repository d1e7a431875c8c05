import type { Event } from '../core/event.ts';
import type { NextStep } from '../tools.ts';
import { scripted } from './scripted.ts';

/** Plays the model while there is no key. Looks for a time zone in the messages. */
export const script = scripted(nextStep, {
  about: 'It knows the time.',
  example: 'what time is it in Asia/Tokyo?',
});

function nextStep(events: readonly Event[]): NextStep {
  const last = events.slice(-1)[0];
  if (last?.type === 'tool_result')
    return { intent: 'done_for_now', message: `It is ${String(last.result)}.` };
  if (last?.type === 'tool_error')
    return { intent: 'request_clarification', question: `${last.error}: which one?` };
  const said = last && 'text' in last ? (last.text ?? '') : '';
  const zone = /\b(UTC|[A-Z]\w+\/\w+)\b/.exec(said)?.[0];
  if (zone !== undefined) return { intent: 'current_time', time_zone: zone };
  return {
    intent: 'request_clarification',
    question: 'In which time zone? Say one like Europe/Berlin.',
  };
}
