/** The model's choice of what to do next: JSON with an `intent` that code acts on. */
export type Step = { readonly intent: string; readonly [argument: string]: unknown };

/** The kind of event that a call waits for. Code decides it once, when it appends the call. */
export type Awaits = 'result' | 'approval' | 'answer' | 'message';

/**
 * `count` of `approvers` have to approve, names or `@groups`: by default 1 of the policy's.
 * `not_requester`: the owner of the thread is left out.
 */
export type Ask = Readonly<{
  ask: string;
  approvers?: readonly string[];
  count?: number;
  not_requester?: boolean;
}>;

/** Why a step does not simply run: the policy asks people, or denies it. */
export type Objection = Ask | { readonly deny: string };

type MessageFields = {
  channel: string;
  from: string;
  text?: string;
  data?: unknown;
  idempotency_key?: string;
  /** The place in the channel where the sender reads, such as a thread of a chat. */
  reply_to?: string;
  /** The name of the thread's agent, in `agents`, and the call that waits for it. */
  agent?: string;
  parent?: ParentCall;
};

/** The call that a child thread reports to. `part`: one of several things that the call does. */
export type ParentCall = { readonly call_id: string; readonly part?: string | undefined };

type AnswerFields = { by: string; text: string; idempotency_key?: string };

/** A step that was chosen, under the id that stands for its exact arguments. */
export type Call = {
  call_id: string;
  step: Step;
  awaits: Awaits;
  objection?: Objection;
  due?: string;
};

/** A call that a person wants in place of another, which is closed. */
export type EditedCall = Call & { awaits: 'result' | 'approval' };
type Decided = { call_id: string; by: string; comment?: string };

/**
 * That a person is told something. `delivery` is the same on each attempt. `due` is the time of the
 * next attempt, `ref` the channel's own id of what it sent.
 */
type DeliveryFields = {
  delivery: string;
  attempt: number;
  state: 'sending' | 'sent' | 'failed';
  due?: string;
  ref?: string;
  error?: string;
};

/** The cost of an answer of the model, and the hash of the request that the model saw. */
export type Asked = { usage?: Usage | undefined; request_hash?: string };

type OutcomeFields = { call_id: string; attempt: number; late?: true; usage?: Usage | undefined };
type CallResult = { call_id: string; result?: unknown; error?: string };

/**
 * Everything that can happen in a thread, before it gets its time. `prefetched` is yours to append,
 * so that the model sees a value without asking for it. A `late` outcome came after a person was
 * asked how the call ended. An `answer` was no step: people see it, and the model does not. The
 * approvals of a call are `endorsed`, and the last one is the `approval`. A call can start threads
 * of other agents, and can have parts that end one by one. What comes before `forked` was copied
 * from another thread, of which it was the first `version` events; after it, each step needs
 * approval until that is `lifted`.
 */
export type NewEvent =
  | ({ type: 'message' } & MessageFields)
  | { type: 'prefetched'; name: string; result: unknown }
  | ({ type: 'tool_call' } & Call & Asked)
  | ({ type: 'model_error'; error: string; answer?: string } & Asked)
  | ({ type: 'endorsed' } & Decided)
  | ({ type: 'approval'; approved: boolean; edit?: EditedCall } & Decided)
  | ({ type: 'human_response'; call_id: string } & AnswerFields)
  | { type: 'tool_started'; call_id: string; attempt: number; by: string; lease_until: string }
  | { type: 'tool_pending'; call_id: string; attempt: number; due: string; late?: true }
  | ({ type: 'tool_result'; result: unknown } & OutcomeFields)
  | ({ type: 'tool_error'; error: string } & OutcomeFields)
  | ({ type: 'child_started'; agent: string; thread: string } & ParentCall)
  | ({ type: 'part_ended'; part: string; usage?: Usage | undefined } & CallResult)
  | { type: 'handed_over'; call_id: string; reason: string; due?: string }
  | { type: 'expired'; call_id: string; outcome: 'denied' | 'failed' }
  | { type: 'cancelled'; by: string; reason?: string }
  | { type: 'forked'; by: string; thread: string; version: number }
  | { type: 'lifted'; by: string }
  | ({ type: 'delivery' } & DeliveryFields);

/** An event of a thread. Times (`at`, `due`, `lease_until`) are ISO 8601. */
export type Event = Readonly<NewEvent & { at: string }>;
export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>;

/** Whether the event tells how a run of a tool ended. */
export function isOutcome(event: Event): event is EventOf<(typeof outcomes)[number]> {
  return outcomes.some((type) => type === event.type);
}
const outcomes = ['tool_result', 'tool_error', 'tool_pending'] as const;

/** Whether events only tell what people were told: then the thread has the same state as before. */
export function areDeliveries(events: readonly Event[]): boolean {
  return events.every(({ type }) => type === 'delivery');
}

/** Returns the calls that were opened: by the model, or by a person who edited one. */
export function callsIn(events: readonly Event[]): readonly Call[] {
  return events.flatMap((event) => {
    if (event.type === 'tool_call') return event;
    return (event.type === 'approval' && event.edit) || [];
  });
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Returns a copy of an object that lacks one of its fields. */
export function without<T extends object, K extends keyof T>(object: T, field: K): Omit<T, K> {
  const copy: Partial<T> = { ...object };
  delete copy[field];
  return copy as Omit<T, K>;
}

/**
 * Tokens and money that a model used. `cached_tokens` are part of the input, `reasoning_tokens` of
 * the output. `usd` is missing where the price is unknown.
 */
export type Usage = Readonly<{
  model?: string | undefined;
  input_tokens: number;
  output_tokens: number;
  cached_tokens?: number | undefined;
  reasoning_tokens?: number | undefined;
  usd?: number | undefined;
}>;

export const noUsage: Usage = { input_tokens: 0, output_tokens: 0 };

/** Adds two usages. A count that neither has stays missing. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    cached_tokens: sum(a.cached_tokens, b.cached_tokens),
    reasoning_tokens: sum(a.reasoning_tokens, b.reasoning_tokens),
    usd: sum(a.usd, b.usd),
  };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined && b === undefined) return undefined;
  return (a ?? 0) + (b ?? 0);
}

/** Checks the fields that code relies on. Of a later version's type, only the times. */
export function isEvent(value: unknown): value is Event {
  if (!isObject(value)) return false;
  const { type, at, due } = value;
  if (!isText(type) || !isTime(at)) return false;
  if (!isTimeOrNone(due)) return false;
  if (!isKnownType(type)) return true;
  return hasFields(value, requiredFields[type]);
}

/** Tells whether this version has code for events of the type. */
export const isKnownType = (type: string): type is Event['type'] => knownTypes.has(type);

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
const isTimeOrNone = (value: unknown) => value === undefined || isTime(value);

/** Whether a value can be saved as an objection that asks. */
export function isAsk(value: unknown): value is Ask {
  if (!isObject(value)) return false;
  const { ask, approvers = [], count = 1, not_requester = false } = value;
  if (!isText(ask) || !isFlag(not_requester)) return false;
  const isCount = Number.isSafeInteger(count) && Number(count) >= 1;
  return isCount && Array.isArray(approvers) && approvers.every(isText);
}
const isDenial = (value: unknown) => isObject(value) && isText(value['deny']);
const isObjectionOrNone = (value: unknown) =>
  value === undefined || isDenial(value) || isAsk(value);

const ISO_TIME = /^\d{4}-[\dT:.Z+-]+$/;

type FieldChecks = Readonly<Record<string, (value: unknown) => boolean>>;

const hasFields = (value: Readonly<Record<string, unknown>>, checks: FieldChecks) =>
  Object.entries(checks).every(([name, isValid]) => isValid(value[name]));

const isAwaits = isOneOf('result', 'approval', 'answer', 'message');
const call = { call_id: isText };
const attempt = { ...call, attempt: isNumber };
const toolCall = { ...call, step: isStep, awaits: isAwaits, objection: isObjectionOrNone };
const edit = { ...toolCall, awaits: isOneOf('result', 'approval'), due: isTimeOrNone };
const isEditOrNone = (value: unknown) =>
  value === undefined || (isObject(value) && hasFields(value, edit));

const isParentOrNone = (value: unknown) =>
  value === undefined || (isObject(value) && hasFields(value, { ...call, part: isTextOrNone }));
const child = { agent: isTextOrNone, parent: isParentOrNone };

const requiredFields: Record<Event['type'], FieldChecks> = {
  message: { from: isText, text: isTextOrNone, reply_to: isTextOrNone, ...child },
  prefetched: { name: isText },
  tool_call: toolCall,
  model_error: { error: isText, answer: isTextOrNone },
  endorsed: { ...call, by: isText },
  approval: { ...call, approved: isFlag, by: isText, edit: isEditOrNone },
  human_response: { ...call, by: isText, text: isText },
  tool_started: { ...attempt, lease_until: isTime },
  tool_pending: { ...attempt, due: isTime },
  tool_result: attempt,
  tool_error: { ...attempt, error: isText },
  child_started: { ...call, thread: isText, agent: isText, part: isTextOrNone },
  part_ended: { ...call, part: isText, error: isTextOrNone },
  handed_over: { ...call, reason: isText },
  expired: { ...call, outcome: isOneOf('denied', 'failed') },
  cancelled: { by: isText },
  forked: { by: isText, thread: isText, version: isNumber },
  lifted: { by: isText },
  delivery: { delivery: isText, attempt: isNumber, state: isOneOf('sending', 'sent', 'failed') },
};
const knownTypes: ReadonlySet<string> = new Set(Object.keys(requiredFields));

/** Whether a value can be the usage of an answer. A negative one would lift a budget. */
export function isUsage(value: unknown): value is Usage {
  if (!isObject(value)) return false;
  const { input_tokens, output_tokens, usd = 0 } = value;
  return [input_tokens, output_tokens, usd].every((one) => isNumber(one) && Number(one) >= 0);
}
