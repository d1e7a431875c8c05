import { isObject, type Event } from './event.ts';

/** Checks the fields that code relies on. Of a later version's type, only the times. */
export function isEvent(value: unknown): value is Event {
  if (!isObject(value)) return false;
  const { type, at, due } = value;
  if (!isText(type) || !isTime(at)) return false;
  if (due !== undefined && !isTime(due)) return false;
  if (!isKnownType(type)) return true;
  const fields = Object.entries(requiredFields[type]);
  return fields.every(([name, isValid]) => isValid(value[name]));
}

/** Tells whether this version has code for events of the type. */
export const isKnownType = (type: string): type is Event['type'] =>
  Object.hasOwn(requiredFields, type);

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isFlag = (value: unknown) => typeof value === 'boolean';
const isTextOrNone = (value: unknown) => value === undefined || isText(value);
const isOneOf =
  (...texts: readonly string[]) =>
  (value: unknown) =>
    texts.some((text) => text === value);
const isStep = (value: unknown) => isObject(value) && isText(value['intent']);
const isTime = (value: unknown) =>
  isText(value) && ISO_TIME.test(value) && !Number.isNaN(Date.parse(value));

const ISO_TIME = /^\d{4}-[\dT:.Z+-]+$/;

type FieldChecks = Readonly<Record<string, (value: unknown) => boolean>>;

const call = { call_id: isText };
const attempt = { ...call, attempt: isNumber };

const requiredFields: Record<Event['type'], FieldChecks> = {
  message: { from: isText, text: isTextOrNone },
  prefetched: { name: isText },
  tool_call: { ...call, step: isStep, awaits: isOneOf('result', 'approval', 'answer', 'message') },
  model_error: { error: isText, answer: isTextOrNone },
  approval: { ...call, approved: isFlag, by: isText },
  human_response: { ...call, by: isText, text: isText },
  tool_started: { ...attempt, lease_until: isTime },
  tool_pending: { ...attempt, due: isTime },
  tool_result: attempt,
  tool_error: { ...attempt, error: isText },
  handed_over: { ...call, reason: isText },
  expired: { ...call, outcome: isOneOf('denied', 'failed') },
  cancelled: { by: isText },
};
