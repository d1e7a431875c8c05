import type { Event } from '../core/event.ts';

/** Whether it has what an event needs. One of a type that only a later version knows needs no more than its time. */
export function isEvent(event: unknown): event is Event {
  const { type, at, due } = Object(event);
  if (!isText(type) || !isTime(at) || (due !== undefined && !isTime(due))) return false;
  return (
    !isKnown(type) ||
    Object.entries(needed[type]).every(([field, isValid]) => isValid(Object(event)[field]))
  );
}

/** Whether this version knows what such an event means. */
export const isKnown = (type: string): type is Event['type'] => Object.hasOwn(needed, type);

const isText = (value: unknown): value is string => typeof value === 'string';
const isTime = (value: unknown) =>
  isText(value) && /^\d{4}-[\dT:.Z+-]+$/.test(value) && !Number.isNaN(Date.parse(value));
const isNumber = (value: unknown) => typeof value === 'number';
const isFlag = (value: unknown) => typeof value === 'boolean';
const isStep = (value: unknown) => isText(Object(value).intent);

/** What nobody can do without. */
const needed: Record<Event['type'], Readonly<Record<string, (value: unknown) => boolean>>> = {
  message: { from: isText, text: (value) => value === undefined || isText(value) },
  prefetched: { name: isText },
  tool_call: { call_id: isText, step: isStep, awaits: isText },
  model_error: { error: isText },
  approval: { call_id: isText, approved: isFlag, by: isText },
  human_response: { call_id: isText, by: isText, text: isText },
  tool_started: { call_id: isText, attempt: isNumber, lease_until: isTime },
  tool_pending: { call_id: isText, attempt: isNumber, due: isTime },
  tool_result: { call_id: isText, attempt: isNumber },
  tool_error: { call_id: isText, attempt: isNumber, error: isText },
  handed_over: { call_id: isText, reason: isText },
  expired: { call_id: isText, outcome: isText },
  cancelled: { by: isText },
};
