import { isObject } from '../core/event.ts';
import { parseJson } from '../core/json.ts';

/** The meaning of a provider's failure. */
export type Failure = {
  /**
   * `wait`: it is busy. `again`: the model wrote no valid answer. `words`: it does not take the
   * schema, so send it as text. `whole`: it does not stream, so ask for the whole answer.
   * `person`: another attempt would fail too.
   */
  readonly means: 'wait' | 'again' | 'words' | 'whole' | 'person';
  /** The provider's words. They may repeat the key. */
  readonly reason: string;
  /** How long the provider asks to wait. */
  readonly waitMs?: number | undefined;
  /** With `again`: what the model wrote. */
  readonly answer?: string | undefined;
};

/** A response. Its body may be of any form. */
type FailedResponse = Readonly<{
  status: number;
  headers: Headers;
  text: string;
  /** The request, which some servers repeat. */
  sent?: string;
  /** Whether it asked for a stream. */
  isStream?: boolean;
}>;

/** Decides what a failure means, from the status, the headers and every text that it has. */
export function readFailure(response: FailedResponse): Failure {
  const { status, headers, text, sent = '', isStream = false } = response;
  const body = parseJson(text);
  const error = fieldsOf(body);
  const reason = messageOf(error) ?? withoutTags(text);
  const said = body === undefined ? reason : textsIn(error, MAX_LEVELS).join('\n');
  const words = said.replaceAll(sent, '');
  const waitMs = waitInHeaders(headers) ?? waitInText(text);
  const signs = { status: statusOf(error, status), headers, words, waitMs, isStream };
  const means = meaningOf(signs);
  return { means, reason, waitMs, answer: textOf(error['failed_generation']) };
}

type Fields = Readonly<Record<string, unknown>>;

/** Whether a body tells a failure: some gateways answer 200 to one. */
export function isFailure(body: unknown): boolean {
  return errorIn(body) !== undefined;
}

function errorIn(body: unknown): Fields | undefined {
  const root = firstOf(body);
  const { error = firstOf(root['errors']), choices } = root;
  return [error, firstOf(choices)['error']].map(asFields).find((fields) => fields !== undefined);
}

/** Returns the fields that tell about a failure. Some servers put them at the top. */
const fieldsOf = (body: unknown): Fields => errorIn(body) ?? firstOf(body);

/** Returns the first object of a list, or the object itself. */
function firstOf(value: unknown): Fields {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return isObject(first) ? first : {};
}

function asFields(error: unknown): Fields | undefined {
  if (typeof error === 'string' && error !== '') return { message: error };
  return isObject(error) && Object.keys(error).length > 0 ? error : undefined;
}

type Signs = Pick<FailedResponse, 'status' | 'headers' | 'isStream'> &
  Pick<Failure, 'waitMs'> & { readonly words: string };

const anyOf = (...patterns: readonly string[]) => new RegExp(patterns.join('|'), 'i');

const noMoney = anyOf(
  'insufficient[_ ](?:quota|balance|funds|credit)',
  'billing|payment|exceeded budget',
  'credit balance|out of credits|more credits',
  'spend(?:ing)?[_ ]limit',
);
const tooLong = anyOf(
  'context[_ ](?:length|window|size)|maximum context',
  '(?:prompt|input) is too long|request too large',
  // With a time, it is a rate.
  'reduce the length|exceeds? .{0,40}tokens(?! ?(?:per|/|in))',
);
const noAnswer = anyOf(
  'json_validate_failed|failed_generation',
  'tool call validation failed',
  'failed to (?:generate|validate|parse) json',
);
const aboutSchema = anyOf(
  'response_?format|text\\.format|output_(?:config|format)',
  'json[ _-]?schema|\\bschemas?\\b|json_object|json[ _-]mode',
  'structured[ _-]?outputs?|guided|grammar',
  'requested parameters|invalid argument',
);
const aboutStream = anyOf('\\bstream(?:s|ed|ing|_options)?\\b');
const noModel = anyOf(
  'model[_ ]not[_ ]found',
  'model\\b.{0,80}(?:not exist|not found|decommissioned|deprecated)',
);
const refused = anyOf('content[_ ](?:filter|policy|management)|moderation|safety');
const needsMore = anyOf('(?:system|out of|insufficient) memory');
const upstream = anyOf('upstream (?:request )?(?:failed|error)');
const busy = [408, 409, 424, 425, 498, 499];
const overloaded = [429, 503, 504, 529];
const closed = [401, 402, 403, 407];
const rejected = [400, 422];

function meaningOf({ status, headers, words, waitMs, isStream }: Signs): Failure['means'] {
  if (closed.includes(status) || tooLong.test(words)) return 'person';
  // A rate limit can speak of a plan and of billing, too.
  const isRateLimit = waitMs !== undefined || words.includes('RESOURCE_EXHAUSTED');
  if (noMoney.test(words) && !isRateLimit) return 'person';
  const advice = headers.get('x-should-retry');
  if (overloaded.includes(status) && advice !== 'false') return 'wait';
  if (noAnswer.test(words)) return 'again';
  if (isStream && rejected.includes(status) && aboutStream.test(words)) return 'whole';
  if (aboutSchema.test(words)) return 'words';
  if (noModel.test(words) || refused.test(words) || needsMore.test(words)) return 'person';
  if (upstream.test(words)) return 'wait';
  if (advice !== null) return advice === 'true' ? 'wait' : 'person';
  return busy.includes(status) || status >= 500 ? 'wait' : 'person';
}

const statusOfType: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
};

/** Returns the status; inside a 200, the one that the error has. An unknown one may pass. */
function statusOf({ code, status: named, type }: Fields, status: number): number {
  if (status >= 300) return status;
  const numbers = [code, named].map(Number);
  const found = numbers.find((number) => number >= 400 && number < 600);
  return found ?? statusOfType[String(type)] ?? statusOfType[String(code)] ?? 500;
}

/** Upstream errors, and lists of what is wrong with a request, are nested. */
const MAX_LEVELS = 5;

/** The fields that tell about a failure. Others may repeat the request, or what the model wrote. */
const telling = [
  'error errors message msg reason code type param status'.split(' '),
  'detail details loc metadata raw'.split(' '),
].flat();

function textsIn(value: unknown, levels: number): readonly string[] {
  if (typeof value === 'string') return [value];
  if (!isObject(value) || levels === 0) return [];
  const isTelling = (name: string) => Array.isArray(value) || telling.includes(name);
  const fields = Object.entries(value).filter(([name]) => isTelling(name));
  return fields.flatMap(([, item]) => textsIn(item, levels - 1));
}

/** Returns the message of an error, or the list of what is wrong with a request. */
function messageOf({ message, msg, error, detail }: Fields): string | undefined {
  const details = Array.isArray(detail) ? detail.map(firstOf).map(problemOf) : [detail];
  return [message, msg, error, details.join('; ')].map(textOf).find((text) => text !== undefined);
}

const problemOf = ({ loc, msg }: Fields) => `${Array.isArray(loc) ? loc.join('.') : ''}: ${msg}`;

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** Returns the title of an HTML page, or the text. */
function withoutTags(text: string): string {
  const title = /<title>([^<]{1,200})<\/title>/i.exec(text)?.[1];
  return title?.trim() ?? text;
}

/** Providers that are busy say 0, too. */
const MIN_WAIT_MS = 20;

/** Reads `retry-after-ms`, or `retry-after` in seconds or as a date. */
function waitInHeaders(headers: Headers): number | undefined {
  const afterMs = headers.get('retry-after-ms') ?? '';
  const after = headers.get('retry-after') ?? '';
  const waits = [parseFloat(afterMs), parseFloat(after) * 1_000, Date.parse(after) - Date.now()];
  const wait = waits.find((ms) => !Number.isNaN(ms));
  return wait !== undefined && wait >= 0 ? Math.max(wait, MIN_WAIT_MS) : undefined;
}

const oneTime = '\\d[\\d.]* ?(?:ms|h|m|s)[a-z]* ?';
const waitWords = anyOf(
  `(?:try again|retry|wait|reset)\\w{0,5}\\W[^\\d\\n]{0,24}((?:${oneTime})+)`,
);
const msOfUnit: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Reads a time such as `1m2.5s` or `20 seconds`. */
function waitInText(text: string): number | undefined {
  const [, time] = waitWords.exec(text) ?? [];
  if (time === undefined) return undefined;
  let ms = 0;
  for (const [, count = '', unit = ''] of time.matchAll(/(\d[\d.]*) ?(ms|h|m|s)/gi))
    ms += parseFloat(count) * (msOfUnit[unit.toLowerCase()] ?? 0);
  return Math.max(ms, MIN_WAIT_MS);
}
