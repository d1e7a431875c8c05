/** The model's choice of what to do next: JSON with an `intent` that code acts on. */
export type Step = { readonly intent: string; readonly [argument: string]: unknown };

/** The kind of event that a call waits for. Code decides it once, when it appends the call. */
export type Awaits = 'result' | 'approval' | 'answer' | 'message';

/** Why a step does not simply run: the policy asks a person, or denies it. */
export type Objection = { readonly ask: string } | { readonly deny: string };

type MessageFields = {
  channel: string;
  from: string;
  text?: string;
  data?: unknown;
  idempotency_key?: string;
};

type ToolCallFields = {
  call_id: string;
  step: Step;
  awaits: Awaits;
  objection?: Objection;
  due?: string;
  usage?: Usage | undefined;
};

/**
 * Everything that can happen in a thread, before it gets its time. `prefetched` is yours to append,
 * so that the model sees a value without asking for it. A `late` outcome came after a person was
 * asked how the call ended.
 */
export type NewEvent =
  | ({ type: 'message' } & MessageFields)
  | { type: 'prefetched'; name: string; result: unknown }
  | ({ type: 'tool_call' } & ToolCallFields)
  | { type: 'model_error'; error: string; usage?: Usage | undefined }
  | { type: 'approval'; call_id: string; approved: boolean; by: string; comment?: string }
  | { type: 'human_response'; call_id: string; by: string; text: string }
  | { type: 'tool_started'; call_id: string; attempt: number; by: string; lease_until: string }
  | { type: 'tool_pending'; call_id: string; attempt: number; due: string }
  | { type: 'tool_result'; call_id: string; attempt: number; result: unknown; late?: true }
  | { type: 'tool_error'; call_id: string; attempt: number; error: string; late?: true }
  | { type: 'handed_over'; call_id: string; reason: string; due?: string }
  | { type: 'expired'; call_id: string; outcome: 'denied' | 'failed' }
  | { type: 'cancelled'; by: string; reason?: string };

/** An event of a thread. Times (`at`, `due`, `lease_until`) are ISO 8601. */
export type Event = Readonly<NewEvent & { at: string }>;
export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>;

/** Returns undefined for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Says which number of a JSON text would be rounded by parsing, as the start of a sentence. */
export function inexactNumber(json: string): string | undefined {
  for (let at = 0; at < json.length; at += 1) {
    if (json[at] === '"') at = endOfString(json, at);
    const start = at;
    at = endOfDigits(json, start);
    const hasExponent = at > start && (json[at] === 'e' || json[at] === 'E');
    if (hasExponent) at = endOfDigits(json, at + 2);
    // A double keeps every number of 15 digits without an exponent.
    if (!hasExponent && at - start <= 15) continue;
    const number = json.slice(start, at);
    if (!isExact(number)) return `${number.slice(0, 40)} has too many digits for a number`;
  }
  return undefined;
}

/** Counts `-` and `.` as digits: the characters from `-` to `9`, of which JSON has no `/`. */
function endOfDigits(json: string, start: number): number {
  let end = start;
  while (json.charCodeAt(end) >= 0x2d && json.charCodeAt(end) <= 0x39) end += 1;
  return end;
}

/** Returns the index of the quote that ends a string: an even number of `\` is before it. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let first = end;
    while (json[first - 1] === '\\') first -= 1;
    if ((end - first) % 2 === 0) return end;
  }
  return json.length;
}

/** Tells whether JSON prints the same digits again. Some programs print 17 of each fraction. */
function isExact(number: string): boolean {
  const value = Number(number);
  const printed = String(value);
  if (printed === number || digitsOf(printed) === digitsOf(number)) return true;
  return !Number.isInteger(value) && digitsOf(value.toPrecision(17)) === digitsOf(number);
}

/** Returns the digits without the zeros around them. `Infinity` has none. */
const digitsOf = (number: string) =>
  number.replace(/^[-.0]+|e.*|\D/gi, '').replace(/([1-9])0+$/, '$1');

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
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
