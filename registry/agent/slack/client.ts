import { LogLevel, WebClient, type FetchFunction, type Logger } from '@slack/web-api';
import { oneLine, Refused } from '../core/errors.ts';
import { isObject } from '../core/event.ts';
import type { Json } from './json.ts';

/** Calls a method of Slack's Web API, once. @throws SlackError, and Refused without a token */
export type CallSlack = (method: string, args: Json, signal?: AbortSignal) => Promise<Json>;

/** Slack refused a call, or was not reached. `code` is Slack's, such as `not_in_channel`. */
export class SlackError extends Error {
  readonly code: string;
  /** The pause that Slack asks for, in ms. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, code = '', retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Milliseconds that one call may take. */
const CALL_MS = 10_000;

/** The settings of Slack's libraries: they neither retry nor write to the console. */
export function clientSettings() {
  const slackApiUrl = process.env['SLACK_API_URL']?.trim() || 'https://slack.com/api/';
  const retryConfig = { retries: 0 };
  return {
    slackApiUrl,
    retryConfig,
    rejectRateLimitedCalls: true,
    timeout: CALL_MS,
  };
}

const ignore = () => undefined;

export const silent: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  setLevel: ignore,
  getLevel: () => LogLevel.ERROR,
  setName: ignore,
};

/** Calls Slack as the bot of SLACK_BOT_TOKEN. */
export const callSlack: CallSlack = async (method, args, signal) => {
  const token = requireVariable('SLACK_BOT_TOKEN');
  // The library has a time limit of its own.
  const fetchUntil: FetchFunction = (url, init) => {
    const signals = [init?.signal, signal].filter((one) => one instanceof AbortSignal);
    return fetch(url, { ...init, signal: AbortSignal.any(signals) });
  };
  const settings = {
    ...clientSettings(),
    logger: silent,
    fetch: fetchUntil,
  };
  try {
    const reply = await new WebClient(token, settings).apiCall(method, { ...args });
    refusal = undefined;
    return { ...reply };
  } catch (error) {
    const failure = toSlackError(method, error);
    if (isTokenError(failure.code)) refusal = { token, reason: failure.message };
    throw failure;
  }
};

/** Returns a variable. @throws Refused if it is not set */
export function requireVariable(name: string): string {
  const value = process.env[name]?.trim();
  if (value) return value;
  throw new Refused(`Set ${name} in .env: Slack needs it.`);
}

/** Slack's last answer about the token, if it was no. */
let refusal: { readonly token: string; readonly reason: string } | undefined;

/** Returns why Slack does not accept SLACK_BOT_TOKEN, until a call succeeds again. */
export function tokenProblem(): string | undefined {
  if (refusal?.token !== process.env['SLACK_BOT_TOKEN']?.trim()) return undefined;
  return refusal?.reason;
}

const tokenErrors = [
  'account_inactive invalid_auth missing_scope not_allowed_token_type not_authed',
  'org_login_required team_access_not_granted token_expired token_revoked',
].flatMap((codes) => codes.split(' '));

/** Whether a new token, or new rights of it, would help. */
export function isTokenError(code: string): boolean {
  return tokenErrors.includes(code);
}

/** The libraries' errors have what was sent, and its token: it is left out. */
export function toSlackError(method: string, error: unknown): SlackError {
  if (!isObject(error)) return new SlackError(`${method}: ${oneLine(error)}`);
  const { data, retryAfter } = error;
  if (typeof retryAfter === 'number')
    return new SlackError(`${method}: too many calls`, 'ratelimited', retryAfter * 1_000);
  if (!isObject(data)) return new SlackError(`${method}: ${oneLine(error)}`);
  const code = oneLine(data['error']);
  const scope = data['needed'] === undefined ? '' : `: ${oneLine(data['needed'])}`;
  return new SlackError(`Slack answers ${method} with ${code}${scope}`, code);
}
