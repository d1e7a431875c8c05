// @ts-nocheck
// The core, file store and toy agent of commit 30c9ba8, a version without `endorsed` events and edits.
// Made once by: esbuild --bundle --format=esm --platform=node --target=es2022 --external:zod
// registry/agent/core/sanitize.ts
function wellFormed(text) {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}
function truncate(text, maxChars, whole = true) {
  if (text.length <= maxChars) return text;
  const start = wellFormed(text.slice(0, maxChars));
  const cut = text.length - maxChars;
  const note = whole
    ? `${cut} of ${text.length} characters cut`
    : `cut after ${maxChars} characters`;
  return `${start}
 [${note}]`;
}
function redact(text, secrets = secretsIn(process.env)) {
  const key = secrets.join('\0');
  if (key !== last.key) last = { key, redact: redactor(secrets) };
  return last.redact(text);
}
var last = { key: '', redact: (text) => text };
function redactor(secrets) {
  const forms = [...new Set(secrets.flatMap(formsOf))].filter(({ length }) => length > 1);
  forms.sort((a, b) => b.length - a.length);
  const shortest = forms.slice(-1)[0]?.length ?? Infinity;
  return (text) => {
    if (text.length < shortest) return text;
    const redacted = replaceAny(text, forms);
    const unescaped = unescapeJson(redacted);
    if (unescaped === redacted) return redacted;
    const both = replaceAny(unescaped, forms);
    return both === unescaped ? redacted : both;
  };
}
function replaceAny(text, words) {
  const found2 = words.filter((word) => text.includes(word));
  if (found2.length === 0) return text;
  const escaped = found2.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return text.replace(new RegExp(escaped.join('|'), 'g'), '[secret]');
}
function formsOf(secret) {
  const lines = secret.split(/\r\n|\n|\r|\\n/);
  const text = lines.join('\n');
  const folded = text.replace(/\s+/g, ' ').trim();
  const whole = [secret, text, lines.join('\r\n'), folded];
  const plain = lines.length === 1 ? whole : [...whole, ...lines.filter(isLong)];
  return [
    ...plain,
    ...plain.map((form) => JSON.stringify(form).slice(1, -1)),
    ...urlFormsOf(wellFormed(secret)),
    ...base64Of(secret),
    ...base64Of(text),
  ];
}
function urlFormsOf(secret) {
  const part = encodeURIComponent(secret);
  const value = new URLSearchParams([['', secret]]).toString().slice(1);
  const lowerCase = part.replace(/%../g, (code) => code.toLowerCase());
  return [part, value, lowerCase];
}
var MIN_LINE_CHARS = 16;
var isLong = (line) => line.length >= MIN_LINE_CHARS && !line.startsWith('-----');
function base64Of(secret) {
  const parts = [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.from(' '.repeat(before) + secret);
    const [first, end] = [Math.ceil((before * 4) / 3), Math.floor((bytes.length * 4) / 3)];
    return alphabets.map((alphabet) => bytes.toString(alphabet).slice(first, end));
  });
  const whole = alphabets.map((alphabet) => Buffer.from(secret).toString(alphabet));
  return [...whole, ...parts].filter(({ length }) => length >= MIN_SECRET_CHARS);
}
var alphabets = ['base64', 'base64url'];
var jsonEscape = /\\{1,4}(?:u(?!0022|005c|00[01])([\da-f]{4})|(\/))/gi;
function unescapeJson(text) {
  if (!text.includes('\\')) return text;
  return text.replace(jsonEscape, (_, code, slash = '') =>
    code === void 0 ? slash : String.fromCharCode(parseInt(code, 16)),
  );
}
var endings =
  'PASSWORD|PASSWD|PASSPHRASE|PASSCODE|TOKEN|SECRET|CREDENTIAL|(?:API|ACCESS|ACCOUNT)KEY';
var wholes = '(?<![A-Z])(?:KEY|PASS|PWD|PAT|DSN|CRED|WEBHOOK|CONNECTION_?STRING)';
var lasts = '(?<![A-Z])(?:AUTH|AUTHORIZATION|JWT|COOKIE|SESSION|BEARER|SALT|PRIVATE|SIG|SIGNATURE)';
var suffix = 'S?\\d*(?:_(?:CONFIG|HEADER|V?\\d+))?$';
var secretName = new RegExp(`(?:${endings}|${wholes})S?(?![A-Z])|${lasts}${suffix}`, 'i');
var publicEnd =
  'SOCK|FILE|PATH|DIR|NAME|TYPE|PREFIX|(?<!WEBHOOKS?_)UR[IL]|HOST|PORT|ADDRESS|ISSUER|AUDIENCE|ALGORITHM|TTL|EXPIRY|TIMEOUT|DOMAIN';
var publicName = new RegExp(`^(?:OLD)?PWD$|^(?:DESKTOP|KDE|WT|XDG)_|_(?:${publicEnd})$`, 'i');
var underscored = (name) => name.replace(/([a-z\d])([A-Z])/g, '$1_$2');
function isSecretName(name) {
  const snake = underscored(name);
  return secretName.test(snake) && !publicName.test(snake);
}
var privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
var pathOfFile = /^(?:~|\.{0,2}|[A-Z]:)[\\/][^\n]*\.\w{1,5}$/i;
var urlWithPassword = /\b[\w+.-]{1,20}:\/\/(([^/?#\s:@]*):([^/\s]*))@\S*/g;
var field = /\b([\w.-]{1,64})(?:=|":\s?")([^;&\s"'#]+)/g;
var guessed =
  /^(?:password|postgres|changeme|disabled|required|optional|undefined|production|development)$/i;
var MIN_SECRET_CHARS = 8;
function secretsIn(env) {
  const secrets = Object.entries(env).flatMap(([name, value = '']) => {
    const last2 = found.get(name);
    if (last2?.value === value) return last2.secrets;
    const one = { value, secrets: secretsOf(name, value.trim()) };
    found.set(name, one);
    return one.secrets;
  });
  return [...new Set(secrets)];
}
var found = /* @__PURE__ */ new Map();
function secretsOf(name, text) {
  const isNamed = isSecretName(name) && !pathOfFile.test(text);
  const parts = isNamed || privateKey.test(text) ? listOf(text) : [];
  const all = [...parts, ...partsOf(text)];
  return all.filter((one) => one.length >= MIN_SECRET_CHARS && !guessed.test(one));
}
function listOf(value) {
  const items = value.split(/[\s,;]+/);
  return [value, ...items.filter(isLong)];
}
function partsOf(value) {
  const urls = [...value.matchAll(urlWithPassword)].flatMap(
    ([url, userInfo = '', user, password = '']) => {
      const own = password === user ? [] : [password, decode(password)];
      return [url, userInfo, decode(userInfo), ...own];
    },
  );
  const fields = [...value.matchAll(field)].flatMap(([, name = '', part = '']) =>
    secretName.test(underscored(name)) ? [part, decode(part)] : [],
  );
  return [...urls, ...fields];
}
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// registry/agent/core/errors.ts
var MAX_LINE_CHARS = 300;
function oneLine(error, secrets) {
  const message = redact(messageOf(error), secrets);
  const line = message.replace(/\s+/g, ' ').trim() || 'failed without a message';
  if (line.length <= MAX_LINE_CHARS) return line;
  return `${line.slice(0, MAX_LINE_CHARS - 1).replace(/\p{Surrogate}$/u, '')}\u2026`;
}
function messageOf(error) {
  try {
    if (typeof error !== 'object' || error === null) return String(error ?? '');
    if ('message' in error && error.message) return String(error.message);
    if ('name' in error && error.name) return String(error.name);
    return JSON.stringify(error);
  } catch {
    return '';
  }
}
var UnknownOutcome = class extends Error {};
var PermanentModelError = class extends Error {};
var Refused = class extends Error {
  fault;
  constructor(message, fault) {
    super(message);
    this.fault = fault;
  }
};
function promised(run) {
  return (...args) => new Promise((resolve) => resolve(run(...args)));
}

// registry/agent/core/event.ts
function isOutcome(event) {
  return outcomes.some((type) => type === event.type);
}
var outcomes = ['tool_result', 'tool_error', 'tool_pending'];
function isObject(value) {
  return typeof value === 'object' && value !== null;
}
function without(object2, field2) {
  const copy = { ...object2 };
  delete copy[field2];
  return copy;
}
var noUsage = { input_tokens: 0, output_tokens: 0 };
function addUsage(a, b) {
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    cached_tokens: sum(a.cached_tokens, b.cached_tokens),
    reasoning_tokens: sum(a.reasoning_tokens, b.reasoning_tokens),
    usd: sum(a.usd, b.usd),
  };
}
function sum(a, b) {
  if (a === void 0 && b === void 0) return void 0;
  return (a ?? 0) + (b ?? 0);
}
function isEvent(value) {
  if (!isObject(value)) return false;
  const { type, at, due } = value;
  if (!isText(type) || !isTime(at)) return false;
  if (due !== void 0 && !isTime(due)) return false;
  if (!isKnownType(type)) return true;
  const fields = Object.entries(requiredFields[type]);
  return fields.every(([name, isValid]) => isValid(value[name]));
}
var isKnownType = (type) => knownTypes.has(type);
var isText = (value) => typeof value === 'string';
var isNumber = (value) => typeof value === 'number';
var isFlag = (value) => typeof value === 'boolean';
var isTextOrNone = (value) => value === void 0 || isText(value);
var isOneOf =
  (...texts) =>
  (value) =>
    texts.some((text) => text === value);
var isObjectionOrNone = (value) =>
  value === void 0 || (isObject(value) && isText(value['deny'] ?? value['ask']));
var isStep = (value) => isObject(value) && isText(value['intent']);
var isTime = (value) => isText(value) && ISO_TIME.test(value) && !Number.isNaN(Date.parse(value));
var ISO_TIME = /^\d{4}-[\dT:.Z+-]+$/;
var isAwaits = isOneOf('result', 'approval', 'answer', 'message');
var call = { call_id: isText };
var attempt = { ...call, attempt: isNumber };
var requiredFields = {
  message: { from: isText, text: isTextOrNone },
  prefetched: { name: isText },
  tool_call: { ...call, step: isStep, awaits: isAwaits, objection: isObjectionOrNone },
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
var knownTypes = new Set(Object.keys(requiredFields));
function isUsage(value) {
  if (!isObject(value)) return false;
  const { input_tokens, output_tokens, usd = 0 } = value;
  return [input_tokens, output_tokens, usd].every((one) => isNumber(one) && Number(one) >= 0);
}

// registry/agent/core/json.ts
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return void 0;
  }
}
var MAX_DEPTH = 50;
function isJson(value, levels = MAX_DEPTH) {
  if (typeof value === 'bigint') return false;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((item) => isJson(item, levels - 1));
}

// registry/agent/core/thread.ts
var nothingSpent = { steps: 0, errors: 0, tokens: 0, usd: 0, repeats: 0 };
var initial = { status: 'done', spent: nothingSpent, usage: noUsage };
var waiting = ['waiting_for_approval', 'waiting_for_human', 'waiting_for_result'];
var notCancelled = ['thinking', 'ready', 'running', ...waiting, 'done', 'failed'];
var countsIn = {
  message: notCancelled,
  prefetched: notCancelled,
  tool_call: ['thinking'],
  model_error: ['thinking'],
  approval: ['waiting_for_approval'],
  human_response: ['waiting_for_human'],
  tool_started: ['ready', 'running', 'waiting_for_result'],
  tool_pending: ['running', 'waiting_for_human'],
  tool_result: ['running', 'waiting_for_result', 'waiting_for_human'],
  tool_error: ['running', 'waiting_for_result', 'waiting_for_human'],
  handed_over: ['thinking', 'ready', 'running', 'waiting_for_result'],
  expired: waiting,
  cancelled: [...notCancelled, 'cancelled'],
};
var eventTypes = Object.keys(countsIn);
function ownerOf(events) {
  return events.find((event) => event.type === 'message')?.from;
}
function reduce(state, event) {
  if (!counts(event, state)) return state;
  const next = apply(state, event);
  if (next === state) return state;
  const usage = 'usage' in event ? event.usage : void 0;
  if (!usage) return { ...next, usage: state.usage };
  const tokens = next.spent.tokens + usage.input_tokens + usage.output_tokens;
  const spent = { ...next.spent, tokens, usd: next.spent.usd + (usage.usd ?? 0) };
  return { ...next, spent, usage: addUsage(state.usage, usage) };
}
function counts(event, { status, open }) {
  if (!isKnownType(event.type)) return false;
  if (!countsIn[event.type].includes(status)) return false;
  if (status === 'waiting_for_human' && 'attempt' in event && !('late' in event)) return false;
  if (open === void 0 || !('call_id' in event)) return true;
  if (event.call_id !== open.call_id) return false;
  if (event.type === 'tool_started') return event.attempt === open.attempt + 1;
  return !('attempt' in event) || event.attempt === open.attempt;
}
function apply(state, event) {
  const { spent, open } = state;
  switch (event.type) {
    case 'message':
      return hasStarted(open) ? { ...state, spent: nothingSpent } : personSpoke;
    case 'tool_call':
      return openCall(state, event);
    case 'approval':
      return applyApproval(state, event);
    case 'human_response':
      return personSpoke;
    case 'tool_started': {
      const { call_id, attempt: attempt2, by, lease_until: due } = event;
      return {
        ...state,
        status: 'running',
        open: { ...open, call_id, attempt: attempt2, by, due },
      };
    }
    case 'tool_pending': {
      const { call_id, attempt: attempt2, due } = event;
      const call2 = without({ ...open, call_id, attempt: attempt2, due }, 'reason');
      return { ...state, status: 'waiting_for_result', open: call2 };
    }
    case 'tool_result':
      return thinking(state, { ...spent, errors: 0 });
    case 'tool_error':
    case 'model_error':
      return thinking(state, { ...spent, errors: spent.errors + 1 });
    case 'handed_over': {
      const { call_id, due, reason } = event;
      const call2 = { attempt: 0, ...open, call_id, due, reason };
      return { ...state, status: 'waiting_for_human', open: call2 };
    }
    case 'expired':
      return event.outcome === 'denied' ? thinking(state, spent) : { status: 'failed', spent };
    case 'cancelled':
      return { status: 'cancelled', spent };
    case 'prefetched':
      return state;
    default:
      return event;
  }
}
var hasStarted = (open) => open !== void 0 && open.attempt > 0;
var personSpoke = { status: 'thinking', spent: nothingSpent };
function thinking({ last: last2 }, spent) {
  return last2 ? { status: 'thinking', spent, last: last2 } : { status: 'thinking', spent };
}
var statusFor = {
  result: 'ready',
  approval: 'waiting_for_approval',
  answer: 'waiting_for_human',
};
function openCall({ spent, last: last2 }, event) {
  const { call_id, due, step, awaits, objection } = event;
  const isRepeated = last2 !== void 0 && JSON.stringify(last2) === JSON.stringify(step);
  const repeats = isRepeated ? spent.repeats + 1 : 1;
  const after = { ...spent, steps: spent.steps + 1, repeats };
  if (awaits === 'message') return { status: 'done', spent: after };
  const call2 = { call_id, due, step, attempt: 0 };
  const open = objection ? { ...call2, objection } : call2;
  return { status: statusFor[awaits], spent: after, last: step, open };
}
function applyApproval(state, event) {
  const { spent, open } = state;
  if (event.approved) {
    const call2 = { ...open, call_id: event.call_id, attempt: 0, due: void 0 };
    return { status: 'ready', spent: nothingSpent, open: call2 };
  }
  return event.by === 'policy' ? thinking(state, spent) : personSpoke;
}

// registry/agent/core/store.ts
var Conflict = class extends Error {};
var Damaged = class extends Refused {
  events;
  constructor(message, events) {
    super(message);
    this.events = events;
  }
};
function isThreadId(id) {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(id);
}
function matchesQuery(index, { status, owner, dueBefore }) {
  if (status !== void 0 && index.status !== status) return false;
  if (owner !== void 0 && index.owner !== owner) return false;
  if (dueBefore === void 0) return true;
  return index.due !== void 0 && index.due < dueBefore;
}
async function load(store, id) {
  if (!isThreadId(id)) {
    const message = `${id.slice(0, 80)} is not a thread. Threads look like t_4k7x2p.`;
    throw new Refused(message, 'unknown');
  }
  const events = await store.load(id);
  return { id, events, state: events.reduce(reduce, initial) };
}
async function append(store, thread, event) {
  const { id, events } = thread;
  if (!canSave(event)) {
    const type = String(event.type).slice(0, 40);
    throw new TypeError(`${id} cannot have this event: a field of ${type} is missing or malformed`);
  }
  const next = { id, events: [...events, event], state: reduce(thread.state, event) };
  await store.append(id, events.length, event, indexOf(next));
  return next;
}
function canSave(event) {
  if (!isKnownType(event.type) || !isEvent(event)) return false;
  if ('usage' in event && event.usage !== void 0 && !isUsage(event.usage)) return false;
  return isJson(event, MAX_DEPTH + 2);
}
async function reload(store, { id, events }) {
  const fresh = await load(store, id);
  if (fresh.events.length > events.length) return fresh;
  const message = `${id} is damaged: its store counts other events than it has.`;
  throw new Damaged(message, fresh.events);
}
var MAX_JSON_CHARS = 4e6;
function toJson(value) {
  try {
    const text = JSON.stringify(value ?? null, toSerializable) ?? 'null';
    const json = JSON.parse(text);
    if (text.length <= MAX_JSON_CHARS && isJson(json)) return json;
    return truncate(text, MAX_JSON_CHARS);
  } catch {
    return '[not JSON]';
  }
}
function toSerializable(_, item) {
  if (item instanceof Error) return oneLine(item);
  if (item instanceof Map || item instanceof Set) return [...item];
  const isNumber2 = typeof item === 'number' || typeof item === 'bigint';
  return isNumber2 && !Number.isFinite(item) ? String(item) : item;
}
var STALLED_MS = { thinking: 2e5, ready: 1e4 };
function isMoving(status) {
  return status in STALLED_MS;
}
function indexOf(thread) {
  const { status, open } = thread.state;
  const at = Date.parse(thread.events.slice(-1)[0]?.at ?? '');
  const due = isMoving(status) ? new Date(at + STALLED_MS[status]).toISOString() : open?.due;
  return { status, due, owner: ownerOf(thread.events), details: detailsOf(thread) };
}
function detailsOf({ events, state: { status, open, usage } }) {
  const message = events.find((event) => event.type === 'message');
  const first_message = message ? startOf(message) : '';
  const [created = '', updated = ''] = [events[0]?.at, events.slice(-1)[0]?.at];
  if (!open) return { first_message, open: null, usage, created, updated };
  const { call_id, step, due = null } = open;
  const outcome = status === 'waiting_for_human' ? 'answer' : 'result';
  const awaits = status === 'waiting_for_approval' ? 'approval' : outcome;
  const call2 = { call_id, intent: step?.intent ?? null, awaits, due };
  return { first_message, open: call2, usage, created, updated };
}
var starts = /* @__PURE__ */ new WeakMap();
function startOf(message) {
  const text = starts.get(message) ?? redact(message.text ?? JSON.stringify(message.data) ?? '');
  const copy = Buffer.from(text.slice(0, 200), 'utf16le').toString('utf16le');
  const start = copy.replace(/\p{Surrogate}$/u, '');
  starts.set(message, start);
  return start;
}
async function mayHaveChanged(store, id, known) {
  const version = await store.version?.(id);
  return version !== known;
}

// registry/agent/core/agent.ts
var LATEST_MS = Date.UTC(9999, 11, 31);
function timeIn(ms, { now }) {
  return new Date(Math.min(now() + ms, LATEST_MS)).toISOString();
}
function stamp(clock, event) {
  const stamped = { ...event, at: timeIn(0, clock) };
  if (stamped.type !== 'prefetched') return stamped;
  return { ...stamped, result: toJson(stamped.result) };
}
function isPast(due, { now }) {
  return due !== void 0 && Date.parse(due) < now();
}

// registry/agent/core/model-turn.ts
import * as z from 'zod';

// registry/agent/core/deadline.ts
var CHECK_EVERY_MS = 1e3;
var MAX_TIMER_MS = 2 ** 31 - 1;
async function runWithDeadline(store, { id, events }, { timeoutMs, isObsolete }, work) {
  const abort = new AbortController();
  const { signal } = abort;
  let version = events.length;
  const check = async () => {
    if (!(await mayHaveChanged(store, id, version))) return;
    const thread = await load(store, id);
    version = thread.events.length;
    if (isObsolete(thread)) abort.abort(new Error('the thread moved on'));
  };
  let isChecking = false;
  const checkOnce = async () => {
    if (isChecking) return;
    isChecking = true;
    await check().catch(() => void 0);
    isChecking = false;
  };
  const expire = () => abort.abort(new UnknownOutcome(`no answer in ${timeoutMs} ms`));
  const interval = setInterval(checkOnce, CHECK_EVERY_MS);
  const timer = setTimeout(expire, Math.min(timeoutMs, MAX_TIMER_MS));
  try {
    return await Promise.race([rejectOnAbort(signal), work(signal)]);
  } finally {
    clearInterval(interval);
    clearTimeout(timer);
  }
}
function rejectOnAbort(signal) {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

// registry/agent/core/policy.ts
function reasonToHandOver(state, { budgets, progress }) {
  const { steps, errors, repeats, tokens, usd } = state.spent;
  if (!(errors < budgets.errorsInARow)) return `${errors} errors in a row`;
  if (!(repeats < budgets.repeats)) return `the same step ${repeats} times in a row`;
  if (!(steps < budgets.steps)) return `${steps} steps used`;
  if (!(tokens < budgets.tokens)) return `${tokens} tokens used`;
  if (!(usd < (budgets.usd ?? Infinity))) return `${formatUsd(usd)} spent`;
  return progress?.(state) === false ? 'no progress' : void 0;
}
function formatUsd(usd) {
  return `$${usd > 0 && usd < 0.01 ? usd.toPrecision(2) : usd.toFixed(2)}`;
}
function mayApprove({ name, isLocal = false }, { approvers }) {
  return approvers.length === 0 ? isLocal : isName(name) && approvers.includes(name);
}
var MAX_NAME_CHARS = 255;
function isName(name) {
  return typeof name === 'string' && name.trim() !== '' && name.length <= MAX_NAME_CHARS;
}

// registry/agent/core/thread-view.ts
function viewThread({ id, events }, now, call_id) {
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
      return approvals.find((one) => one.call_id === call_id && one.approved)?.by;
    },
    tookEffect: (intent) => stepsWithEffect(events, intent),
  };
}
function stepsWithEffect(events, intent) {
  const started = /* @__PURE__ */ new Set();
  const failed = /* @__PURE__ */ new Set();
  for (const event of events) {
    if (event.type === 'tool_started') started.add(event.call_id);
    if (event.type === 'tool_error' && event.attempt === 1) failed.add(event.call_id);
  }
  const calls = events.filter((event) => event.type === 'tool_call');
  const ran = calls.filter(({ call_id }) => started.has(call_id) && !failed.has(call_id));
  return ran.map(({ step }) => step).filter((step) => step.intent === intent);
}

// registry/agent/core/model-turn.ts
var MODEL_TIMEOUT_MS = 6e5;
var FALLBACK_EXPIRY_MS = 30 * 864e5;
var MAX_ANSWER_CHARS = 2e3;
var FIX = 'Fix it and answer, to ask the model again.';
async function chooseStep(agent, thread) {
  const event = await chooseEvent(agent, thread);
  const isSaveable = (one) => canSave(stamp(agent, one));
  if (isSaveable(event)) return event;
  const error = 'the next step is not JSON that can be saved';
  const paid = { type: 'model_error', error, ...usageOf(event) };
  return isSaveable(paid) ? paid : { type: 'model_error', error };
}
async function chooseEvent(agent, thread) {
  const call_id = `${thread.id}:${thread.events.length}`;
  const answer = await nextAnswer(agent, thread);
  if ('reason' in answer) {
    const { reason } = answer;
    return { type: 'handed_over', call_id, reason, due: expiryTime(agent) };
  }
  if ('error' in answer) return { type: 'model_error', ...answer };
  const decision = applyPolicy(agent, thread, answer.step);
  return { type: 'tool_call', call_id, ...answer, ...decision };
}
async function nextAnswer(agent, thread) {
  const reason = orFailure(() => reasonToHandOver(thread.state, agent.policy));
  if (reason !== void 0) return { reason: asQuestion(reason) };
  try {
    return await askModel(agent, thread);
  } catch (error) {
    if (error instanceof PermanentModelError) return { reason: asQuestion(oneLine(error), FIX) };
    return { error: oneLine(error) };
  }
}
async function askModel(agent, thread) {
  const { prompt: system, store } = agent;
  const { events, state } = thread;
  const { schema } = agent.tools;
  const model = modelFor(agent, state);
  const { timeoutMs = MODEL_TIMEOUT_MS } = model;
  const isObsolete = (now) => now.events.length > events.length;
  const request = { system, blocks: agent.context(events), events, schema };
  const answer = await runWithDeadline(store, thread, { timeoutMs, isObsolete }, (signal) =>
    model({ ...request, signal }),
  );
  const parsed = schema.safeParse(toJson(answer.step));
  const used = answer.usage && { usage: answer.usage };
  if (parsed.success) return { step: parsed.data, ...used };
  const problem = answer.error ?? z.prettifyError(parsed.error);
  return { error: oneLine(`not a next step: ${problem}`), ...said(answer), ...used };
}
function usageOf(event) {
  return 'usage' in event ? { usage: event.usage } : {};
}
function said({ text, step }) {
  if (text === void 0 && step === void 0) return {};
  const whole = text ?? (typeof step === 'string' ? step : JSON.stringify(toJson(step)));
  return { answer: truncate(redact(whole), MAX_ANSWER_CHARS) };
}
function modelFor(agent, state) {
  const { model, models = {}, policy } = agent;
  const name = policy.modelFor?.(state);
  if (name === void 0) return model;
  const chosen = Object.keys(models).includes(name) ? models[name] : void 0;
  if (chosen) return chosen;
  const message = `policy.ts chose the model ${name}, and agent.ts has none of that name`;
  throw new PermanentModelError(message);
}
function applyPolicy(agent, thread, step) {
  const verdict = orFailure(() => decide(agent, thread, step));
  if (typeof verdict !== 'string') return verdict;
  const due = timeIn(FALLBACK_EXPIRY_MS, agent);
  return { awaits: 'approval', objection: { ask: verdict }, due };
}
function orFailure(call2) {
  try {
    return call2();
  } catch (error) {
    return `policy.ts failed: ${oneLine(error)}`;
  }
}
function decide(agent, thread, step) {
  const { awaits } = agent.tools.actionFor(step);
  if (awaits === 'message') return { awaits };
  if (awaits === 'answer') return { awaits, due: expiryTime(agent) };
  const view = viewThread(thread, agent.now());
  const objection = agent.policy.needsApproval(step, thread.state, view);
  if (objection === 'run') return { awaits };
  const { ask, deny } = Object(objection);
  if (typeof deny === 'string')
    return { awaits: 'approval', objection: { deny }, due: timeIn(0, agent) };
  if (typeof ask === 'string')
    return { awaits: 'approval', objection: { ask }, due: expiryTime(agent) };
  throw new TypeError("needsApproval returned neither 'run' nor { ask } nor { deny }");
}
function expiryTime(agent) {
  const { afterMs } = agent.policy.expiry;
  return timeIn(Number.isNaN(afterMs) ? FALLBACK_EXPIRY_MS : afterMs, agent);
}
function asQuestion(reason, question = 'How should I go on?') {
  if (/[.?!]$/.test(reason)) return `${reason} ${question}`;
  return `${reason}: ${question.charAt(0).toLowerCase()}${question.slice(1)}`;
}

// registry/agent/core/tool-turn.ts
import { isDeepStrictEqual } from 'node:util';

// registry/agent/core/tool.ts
import * as z2 from 'zod';
function tool(definition) {
  const { schema, run, ...options } = definition;
  const thread = viewThread({ id: '', events: [] }, 0);
  const defaults = { attempt: 1, thread };
  return {
    schema,
    action: (step) => ({
      awaits: 'result',
      ...options,
      run: async (context) => await run(step, { ...defaults, ...context }),
    }),
  };
}
function oneOf(steps) {
  const [first, ...rest] = Object.values(steps).map(({ schema }) => schema);
  if (first === void 0) throw new RangeError('an agent needs at least one next step');
  const union = z2.discriminatedUnion('intent', [first, ...rest]);
  z2.toJSONSchema(union);
  return union;
}
var PENDING = /* @__PURE__ */ Symbol('pending');
function pendingMs(result) {
  if (typeof result !== 'object' || result === null) return void 0;
  return PENDING in result ? Number(result[PENDING]) : void 0;
}

// registry/agent/core/tool-turn.ts
var GRACE_MS = 5e3;
var MAX_ATTEMPTS = 3;
function claimCall(agent, open, runId) {
  const { call_id, step, attempt: attempt2 } = open;
  const timeoutMs = actionFor(agent, step)?.timeoutMs ?? 0;
  const lease_until = timeIn(timeoutMs + GRACE_MS, agent);
  return { type: 'tool_started', call_id, attempt: attempt2 + 1, by: runId, lease_until };
}
async function runCall(agent, thread, open) {
  const { call_id, attempt: attempt2, step, by = '' } = open;
  const action = actionFor(agent, step);
  if (!action) {
    const error = `${step?.intent} can no longer run: no tool accepts this step`;
    return { type: 'tool_error', call_id, attempt: attempt2, error };
  }
  if (timeIn(action.timeoutMs, agent) > (open.due ?? ''))
    return attempt2 < MAX_ATTEMPTS ? claimCall(agent, open, by) : handOver(call_id);
  try {
    const result = await runAction(agent, thread, action, open);
    const ms = pendingMs(result);
    if (ms === void 0)
      return { type: 'tool_result', call_id, attempt: attempt2, result: toJson(result) };
    if (Number.isNaN(ms) || !action.longRunning) return handOver(call_id);
    return { type: 'tool_pending', call_id, attempt: attempt2, due: timeIn(ms, agent) };
  } catch (error) {
    if (error instanceof UnknownOutcome) return afterUnknownOutcome(agent, open, by);
    return { type: 'tool_error', call_id, attempt: attempt2, error: oneLine(error) };
  }
}
function runAction(agent, thread, action, { call_id, attempt: attempt2 }) {
  const view = viewThread(thread, agent.now(), call_id);
  const context = { idempotencyKey: call_id, attempt: attempt2, thread: view };
  const isObsolete = ({ state }) => state.status === 'cancelled';
  const limits = { timeoutMs: action.timeoutMs, isObsolete };
  return runWithDeadline(agent.store, thread, limits, (signal) =>
    action.run({ ...context, signal }),
  );
}
function takeOverCall(agent, open, runId) {
  if (!isPast(open.due, agent)) return void 0;
  return afterUnknownOutcome(agent, open, runId);
}
function afterUnknownOutcome(agent, open, runId) {
  const { call_id, step, attempt: attempt2 } = open;
  const isRetrySafe = actionFor(agent, step)?.onUnknownOutcome === 'retry';
  if (isRetrySafe && attempt2 < MAX_ATTEMPTS) return claimCall(agent, open, runId);
  return handOver(call_id);
}
function handOver(call_id) {
  const unknown = `it is unknown whether this took effect (key ${call_id})`;
  const reason = `${unknown}: please check, and answer with what you found`;
  return { type: 'handed_over', call_id, reason };
}
function actionFor({ tools }, step) {
  const parsed = tools.schema.safeParse(step);
  if (!parsed.success) return void 0;
  if (!isDeepStrictEqual(toJson(parsed.data), toJson(step))) return void 0;
  const action = tools.actionFor(parsed.data);
  return action.awaits === 'result' ? action : void 0;
}

// registry/agent/core/loop.ts
async function advance(agent, id) {
  const runId = crypto.randomUUID();
  let thread = await load(agent.store, id);
  for (;;) {
    const event = await nextEvent(agent, thread, runId);
    if (event === void 0) return thread;
    thread = await save(agent.store, thread, stamp(agent, event));
  }
}
async function nextEvent(agent, thread, runId) {
  const { status, open } = thread.state;
  switch (status) {
    case 'thinking':
      return await chooseStep(agent, thread);
    case 'ready':
      return claimCall(agent, open, runId);
    case 'running':
      if (open.by === runId) return await runCall(agent, thread, open);
      return takeOverCall(agent, open, runId);
    case 'waiting_for_approval':
    case 'waiting_for_human':
      return closeDeniedOrExpired(agent, open);
    case 'waiting_for_result':
      return takeOverCall(agent, open, runId);
    case 'done':
    case 'failed':
    case 'cancelled':
      return void 0;
    default:
      return status;
  }
}
function closeDeniedOrExpired(agent, open) {
  const { call_id, objection, due } = open;
  if (objection && 'deny' in objection) {
    const comment = objection.deny;
    return { type: 'approval', call_id, approved: false, by: 'policy', comment };
  }
  if (!isPast(due, agent)) return void 0;
  return { type: 'expired', call_id, outcome: agent.policy.expiry.outcome };
}
async function save(store, thread, event) {
  try {
    return await append(store, thread, event);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    const fresh = await reload(store, thread);
    if (!isSameRun(thread.state, fresh.state)) return fresh;
    if (fresh.state.status === 'running') return save(store, fresh, event);
    return isOutcome(event) ? save(store, fresh, { ...event, late: true }) : fresh;
  }
}
function isSameRun(before, after) {
  const held = ['running', 'waiting_for_human'];
  if (!held.includes(before.status) || !held.includes(after.status)) return false;
  const isSameCall = before.open?.call_id === after.open?.call_id;
  return isSameCall && before.open?.attempt === after.open?.attempt;
}

// registry/agent/core/people.ts
async function approve(agent, call_id, { isLocal, ...decision }) {
  const { by } = decision;
  requireName(by);
  if (!mayApprove({ name: by, isLocal }, agent.policy)) {
    const names = agent.policy.approvers.join(', ');
    const who = names === '' ? 'APPROVERS names no one' : `${names} may`;
    throw new Refused(`${by} may not approve; ${who}.`, 'forbidden');
  }
  return await updateThread(agent, threadIdOf(call_id), (thread) => {
    const open = requireOpenCall(thread, call_id, ['waiting_for_approval']);
    if (open.objection && 'deny' in open.objection) {
      throw new Refused(`The policy denies ${call_id}: ${open.objection.deny}.`, 'late');
    }
    requireInTime(open, agent);
    return { ...decision, type: 'approval', call_id };
  });
}
async function updateThread(agent, id, decide2) {
  let thread = await load(agent.store, id);
  for (;;) {
    const event = decide2(thread);
    if (event === void 0) return thread;
    try {
      return await append(agent.store, thread, stamp(agent, event));
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      thread = await reload(agent.store, thread);
    }
  }
}
function requireName(name) {
  if (!isName(name)) throw new Refused('The sender has no name.', 'invalid');
}
function threadIdOf(call_id) {
  const id = /^(.+):\d+$/.exec(call_id)?.[1];
  if (id !== void 0) return id;
  const shown = call_id.slice(0, 80);
  throw new Refused(`${shown} is not a call. Calls look like t_4k7x2p:7.`, 'invalid');
}
function requireThread(thread) {
  if (thread.events.length > 0) return thread;
  throw new Refused(`There is no thread ${thread.id}.`, 'unknown');
}
function requireOpenCall(thread, call_id, statuses) {
  const { open, status } = requireThread(thread).state;
  if (open?.call_id === call_id && statuses.includes(status)) return open;
  const first = thread.events.find((event) => isOutcomeOf(event, call_id, statuses));
  if (first)
    throw new Refused(`Already answered: ${describeOutcome(first)}. Nothing was changed.`, 'late');
  const where = open ? `${status} at ${open.call_id}` : status;
  throw new Refused(`${call_id} is not waiting: the thread is ${where}.`, 'late');
}
function isOutcomeOf(event, call_id, statuses) {
  if (!('call_id' in event) || event.call_id !== call_id) return false;
  const ofRun = ['tool_result', 'tool_error', 'expired'];
  const ofRequest = ['approval', 'human_response', 'expired'];
  return (statuses.includes('running') ? ofRun : ofRequest).includes(event.type);
}
function describeOutcome(event) {
  const time = new Date(event.at).toLocaleString('sv').slice(0, 16);
  switch (event.type) {
    case 'approval':
      return `${event.approved ? 'approved' : 'denied'} by ${event.by}, ${time}`;
    case 'human_response':
      return `by ${event.by}, ${time}`;
    case 'expired':
      return `it expired, ${time}`;
    default:
      return `its outcome is known, ${time}`;
  }
}
function requireInTime({ call_id, due }, agent) {
  if (isPast(due, agent)) throw new Refused(`${call_id} has expired.`, 'late');
}

// registry/agent/store/file.ts
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, join } from 'node:path';

// registry/agent/store/file-lines.ts
var START = { bytes: 0, version: 0 };
var TORN_MARK = ' torn';
function parseLines(bytes, from) {
  const length = bytes.lastIndexOf('\n') + 1;
  const rows = bytes.toString('utf8', 0, length).split('\n').slice(0, -1);
  const lines = [];
  let damagedRow;
  for (const [index, row] of rows.entries()) {
    const version2 = from.version + lines.length;
    const line = parseLine(row);
    if (line?.v === version2) {
      lines.push(line);
      damagedRow = void 0;
    } else if (isDamage(row, line, version2)) {
      damagedRow ??= index + 1;
    }
    if (line && line.v > version2) break;
  }
  const version = from.version + lines.length;
  const end = { bytes: from.bytes + length, version };
  return { lines, end, isTorn: length < bytes.length, damagedRow };
}
function isDamage(row, line, version) {
  if (row.trim() === '' || row.endsWith(TORN_MARK)) return false;
  const lastStart = Math.max(0, row.lastIndexOf('{"v":'));
  const last2 = line ?? parseLine(row.slice(lastStart));
  return last2 === void 0 || last2.v > version;
}
function parseLine(row) {
  const line = parseJson(row);
  return isSavedLine(line) ? line : void 0;
}
function isSavedLine(line) {
  if (!isObject(line) || !isObject(line['index'])) return false;
  const { v, by, index, event } = line;
  if (!Number.isInteger(v) || typeof by !== 'string') return false;
  return typeof index['status'] === 'string' && isEvent(event);
}

// registry/agent/store/file.ts
var EXTENSION = '.jsonl';
var MAX_KNOWN_ENDS = 1e3;
function fileStore(folder = '.agent/threads') {
  const ends = /* @__PURE__ */ new Map();
  const infos = /* @__PURE__ */ new Map();
  const pathOf = (id) => join(folder, id + EXTENSION);
  const remember = (id, end) => {
    if (ends.size >= MAX_KNOWN_ENDS) ends.clear();
    ends.set(id, end);
  };
  return {
    load: promised((id) => {
      const path = pathOf(id);
      const { lines } = requireUndamaged(path, readAll(path));
      return lines.map(({ event }) => event);
    }),
    append: promised((id, version, event, summary) => {
      if (version === 0) fs.mkdirSync(folder, { recursive: true, mode: 448 });
      const index = without(summary, 'details');
      const line = { v: version, by: randomUUID(), index, event };
      const end = appendLine(pathOf(id), line, ends.get(id) ?? START);
      remember(id, end);
      if (version === 0) syncFolder(folder);
      return version + 1;
    }),
    list: promised(({ after = '', ...query }) => {
      const found2 = [];
      for (const id of threadIds(folder)) {
        if (found2.length === query.limit) break;
        const info = id > after && infoOf(id, pathOf(id), infos);
        if (info && matchesQuery(info, query)) found2.push(info);
      }
      return found2;
    }),
    version: promised((id) => {
      const path = pathOf(id);
      if (!exists(path)) return 0;
      const end = readNewLines(path, ends.get(id) ?? START);
      remember(id, end);
      return end.version;
    }),
  };
}
function appendLine(path, line, knownEnd) {
  if (line.v > 0 && !exists(path)) throw new Conflict(`${path} does not exist`);
  const file = fs.openSync(path, 'a+', 384);
  try {
    let before = readFrom(file, knownEnd);
    if (before.end.version !== line.v || before.damagedRow !== void 0)
      before = requireUndamaged(path, readFrom(file, START));
    const { end, isTorn } = before;
    if (end.version !== line.v)
      throw new Conflict(`${path} has ${end.version} events, not ${line.v}`);
    const ending2 = isTorn
      ? `${TORN_MARK}
`
      : '';
    writeAtOnce(
      file,
      `${ending2}${JSON.stringify(line)}
`,
    );
    const written = readFrom(file, end);
    if (written.lines.length === 0) throw new Error(`${path}: a line cannot be read back`);
    if (written.lines[0]?.by !== line.by)
      throw new Conflict(`Another process appended event ${line.v} to ${path}`);
    fs.fdatasyncSync(file);
    return written.end;
  } finally {
    fs.closeSync(file);
  }
}
function writeAtOnce(file, text) {
  const bytes = Buffer.from(text);
  const written = fs.writeSync(file, bytes);
  if (written === bytes.length) return;
  const part = `Only ${written} of ${bytes.length} bytes`;
  throw new Refused(`${part} could be written: is the disk full?`);
}
function readFrom(file, from) {
  const { size } = fs.fstatSync(file);
  if (size < from.bytes) return readFrom(file, START);
  const bytes = Buffer.alloc(size - from.bytes);
  const length = fs.readSync(file, bytes, 0, bytes.length, from.bytes);
  return parseLines(bytes.subarray(0, length), from);
}
function readNewLines(path, from) {
  const file = fs.openSync(path, 'r');
  try {
    const added = readFrom(file, from);
    if (added.damagedRow === void 0) return added.end;
    return requireUndamaged(path, readFrom(file, START)).end;
  } finally {
    fs.closeSync(file);
  }
}
function readAll(path) {
  const bytes = exists(path) ? fs.readFileSync(path) : Buffer.alloc(0);
  return parseLines(bytes, START);
}
function exists(path) {
  const stats = fs.statSync(path, { throwIfNoEntry: false });
  if (stats && !stats.isFile()) throw new Refused(`${path} is not a file.`);
  return stats !== void 0;
}
function requireUndamaged(path, reading) {
  const { damagedRow } = reading;
  if (damagedRow === void 0) return reading;
  const events = reading.lines.map(({ event }) => event);
  const problem = `${path} is damaged at line ${damagedRow}`;
  const rest = `only the ${events.length} events before it can be read`;
  const advice = 'Fix that line, or delete it and all lines after it';
  throw new Damaged(`${problem}: ${rest}. Nothing was changed. ${advice}.`, events);
}
var outages = ['EMFILE', 'ENFILE', 'ENOMEM'];
function infoOf(id, path, infos) {
  try {
    return readChanged(id, path, infos);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (outages.includes(code)) throw error;
    const info = { id, version: 0, status: 'failed' };
    if (infos.get(id)?.stamp !== code)
      process.emitWarning(`${id} cannot be read: ${oneLine(error)}`);
    infos.set(id, { stamp: code, info });
    return info;
  }
}
function readChanged(id, path, infos) {
  const stats = fs.statSync(path, { throwIfNoEntry: false });
  const stamp2 = `${stats?.size} ${stats?.mtimeMs}`;
  const cached = infos.get(id);
  if (cached?.stamp === stamp2) return cached.info;
  const info = readInfo(id, path);
  infos.set(id, { stamp: stamp2, info });
  return info;
}
function readInfo(id, path) {
  const { lines, end, damagedRow } = readAll(path);
  const { version } = end;
  if (damagedRow !== void 0) return { id, version, status: 'failed' };
  const last2 = lines.slice(-1)[0];
  if (last2 === void 0) return void 0;
  const events = lines.map(({ event }) => event);
  const details = detailsOf({ id, events, state: events.reduce(reduce, initial) });
  return { id, version, ...last2.index, details };
}
function threadIds(folder) {
  if (!fs.statSync(folder, { throwIfNoEntry: false })) return [];
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => basename(name, EXTENSION))
    .filter(isThreadId)
    .sort();
}
function syncFolder(folder) {
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}

// registry/agent/testing/toy-agent.ts
import * as z3 from 'zod';

// registry/agent/core/context.ts
function contextWindow(options = {}) {
  const { secrets = [], maxChars = 8e3 } = options;
  const redact2 = redactor(secrets);
  const sanitize = (text) => escapeTags(redact2(wellFormed(text)));
  const rendered = /* @__PURE__ */ new WeakMap();
  const renderOnce = (event) => {
    const block = rendered.get(event) ?? renderBlock(event, sanitize, maxChars);
    rendered.set(event, block);
    return block;
  };
  return (events) => {
    const blocks = withoutRecoveredErrors(events).map(renderOnce);
    return blocks.filter((block) => block !== '');
  };
}
var blockTag = new RegExp(`<(?=[\\s/]*(?:${eventTypes.join('|')})\\b)`, 'gi');
function escapeTags(text) {
  return text.replace(/&(?=(?:amp;)*lt;)/g, '&amp;').replace(blockTag, '&lt;');
}
function withoutRecoveredErrors(events) {
  if (!events.some(({ type }) => type === 'tool_error' || type === 'model_error')) return events;
  const recovered = recoveredCalls(events);
  const lastCall = events.map(({ type }) => type).lastIndexOf('tool_call');
  return events.filter((event, index) => {
    if (event.type === 'model_error') return index > lastCall;
    return !('call_id' in event && recovered.has(event.call_id));
  });
}
function recoveredCalls(events) {
  const outcomes2 = /* @__PURE__ */ new Map();
  for (const event of events) {
    if ('call_id' in event) outcomes2.set(event.call_id, event.type);
  }
  const succeeded = /* @__PURE__ */ new Set();
  const recovered = /* @__PURE__ */ new Set();
  for (const event of [...events].reverse()) {
    if (event.type !== 'tool_call') continue;
    const { call_id, step } = event;
    const outcome = outcomes2.get(call_id);
    if (outcome === 'tool_result') succeeded.add(step.intent);
    if (outcome === 'tool_error' && succeeded.has(step.intent)) recovered.add(call_id);
  }
  return recovered;
}
function renderBlock(event, sanitize, maxChars) {
  const body = bodyOf(event);
  if (body === void 0) return '';
  return `<${event.type}>
${formatValue(body, ' ', sanitize, maxChars)}`;
}
function bodyOf(event) {
  switch (event.type) {
    case 'message':
      return { from: event.from, text: event.text, data: event.data };
    case 'prefetched':
      return { [event.name]: event.result };
    case 'tool_call':
      return event.step;
    case 'approval':
      return { approved: event.approved, by: event.by, comment: event.comment };
    case 'human_response':
      return { by: event.by, text: event.text };
    case 'tool_result':
      return event.result;
    case 'tool_error':
    case 'model_error':
      return event.error;
    case 'handed_over':
      return event.reason;
    case 'expired':
      return `no answer in time: ${event.outcome}`;
    case 'tool_started':
    case 'tool_pending':
    case 'cancelled':
      return void 0;
    default:
      return event;
  }
}
function formatValue(value, indent, sanitize, maxChars) {
  const lines = [];
  let left = maxChars;
  for (const line of linesOf(value, indent, sanitize)) {
    if (left < 0) return truncate(lines.join('\n'), maxChars, false);
    lines.push(line);
    left -= line.length + 1;
  }
  return truncate(lines.join('\n'), maxChars);
}
function* linesOf(value, indent, sanitize) {
  const format = (scalar) => {
    const text = typeof scalar === 'string' ? scalar : (JSON.stringify(scalar) ?? '');
    return sanitize(text).replace(lineBreak, `$&${indent}  `);
  };
  if (!isNested(value)) return yield indent + format(value);
  if (isTable(value)) return yield* rowsOf(value, indent, format);
  for (const [key, item] of Object.entries(value)) {
    if (item === void 0 && !Array.isArray(value)) continue;
    const label = indent + (Array.isArray(value) ? '-' : `${format(key)}:`);
    yield isNested(item) ? label : `${label} ${format(item)}`;
    if (isNested(item)) yield* linesOf(item, `${indent} `, sanitize);
  }
}
function* rowsOf(records, indent, format) {
  for (const cells of [Object.keys(records[0] ?? {}), ...records.map(Object.values)]) {
    const row = cells.map((cell) => format(cell).replace(/[\\|]/g, '\\$&'));
    yield indent + row.join('|');
  }
}
function isTable(value) {
  if (!Array.isArray(value) || value.length < 2) return false;
  const fields = (item) => Object.keys(item ?? {}).join('\0');
  return value.every((item) => isFlatRecord(item) && fields(item) === fields(value[0]));
}
function isFlatRecord(value) {
  if (!isNested(value) || Array.isArray(value)) return false;
  return !Object.values(value).some(isNested);
}
var isNested = (value) =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;
var lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;

// registry/agent/store/memory.ts
function memoryStore() {
  const threads = /* @__PURE__ */ new Map();
  return {
    load: promised((id) => [...(threads.get(id)?.events ?? [])]),
    append: promised((id, version, event, index) => {
      const thread = threads.get(id) ?? { events: [], index };
      const { length } = thread.events;
      if (length !== version) throw new Conflict(`${id} has ${length} events, not ${version}`);
      thread.events.push(structuredClone(event));
      thread.index = index;
      threads.set(id, thread);
      return version + 1;
    }),
    list: promised(({ after = '', ...query }) =>
      [...threads]
        .filter(([id, { index }]) => id > after && matchesQuery(index, query))
        .map(([id, { events, index }]) => ({ id, version: events.length, ...index }))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, query.limit),
    ),
    version: promised((id) => threads.get(id)?.events.length ?? 0),
  };
}

// registry/agent/testing/toy-agent.ts
function toyAgent(steps, options = {}) {
  const { store = memoryStore(), onWrite = { ask: 'it writes' } } = options;
  const clock = { ms: Date.parse('2026-01-01T00:00:00Z') };
  const ran = [];
  const tools = toyTools(options, ran);
  const agent = {
    prompt: 'Play.',
    tools,
    policy: {
      needsApproval: ({ intent }) => (intent === 'write' ? onWrite : 'run'),
      approvers: ['ada', 'bob'],
      budgets: { steps: 20, errorsInARow: 3, repeats: 3, tokens: 1e3 },
      expiry: { afterMs: 30 * 864e5, outcome: 'denied' },
      ...options.policy,
    },
    model: ({ events }) => {
      const calls = events.filter(({ type }) => type === 'tool_call');
      return Promise.resolve({ step: steps[calls.length] });
    },
    store,
    context: contextWindow(),
    now: () => clock.ms,
  };
  return { agent, clock, ran };
}
var asking = {
  awaits: 'answer',
  schema: z3.object({ intent: z3.literal('ask'), question: z3.string() }),
};
var ending = {
  awaits: 'message',
  schema: z3.object({ intent: z3.literal('done') }),
};
function toyTools(options, ran) {
  const { run = () => Promise.resolve('ok'), onUnknownOutcome = 'retry', timeoutMs = 50 } = options;
  const { longRunning = true } = options;
  const settings = { timeoutMs, onUnknownOutcome, longRunning };
  const record = (intent, context) => {
    ran.push(`${intent} ${context.idempotencyKey}`);
    return run(context);
  };
  const reading = tool({
    schema: z3.object({ intent: z3.literal('read') }),
    ...settings,
    run: (_, context) => record('read', context),
  });
  const writing = tool({
    schema: z3.object({ intent: z3.literal('write'), to: z3.string() }),
    ...settings,
    run: ({ to }, context) => record(`write to ${to}`, context),
  });
  const schema = oneOf({ read: reading, write: writing, ask: asking, done: ending });
  function actionFor2(step) {
    switch (step.intent) {
      case 'read':
        return reading.action(step);
      case 'write':
        return writing.action(step);
      case 'ask':
        return asking;
      case 'done':
        return ending;
      default:
        return step;
    }
  }
  return { schema, actionFor: actionFor2 };
}
export { advance, append, approve, fileStore, load, toyAgent };
