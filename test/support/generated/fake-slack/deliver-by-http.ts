import { createHmac } from 'node:crypto';
import type { Outcome, Transport } from './deliver.ts';
import { ids } from './workspace.ts';

/** Where the app listens; `undefined` while it does not. */
export type Target = { url: string | undefined };

/** Signs a body as Slack does, version v0. */
export function signatureOf(timestamp: number, body: string, secret: string = ids.signingSecret) {
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return `v0=${digest}`;
}

/** The headers of a request of Slack. */
export function headersOf(body: string, type: string, timestamp = Math.floor(Date.now() / 1000)) {
  return {
    'content-type': type,
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': signatureOf(timestamp, body),
  };
}

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

/** Posts to the app, and gives it `limitMs` to answer. */
export function httpTransport(target: Target, limitMs: number): Transport {
  return async (kind, payload, { number, reason }) => {
    const text = JSON.stringify(payload);
    const isEvent = kind === 'events_api';
    const body = isEvent ? text : new URLSearchParams({ payload: text }).toString();
    const retry = { 'x-slack-retry-num': String(number), 'x-slack-retry-reason': reason };
    const headers = { ...headersOf(body, isEvent ? json : form), ...(number > 0 && retry) };
    if (target.url === undefined) return { failed: 'connection_failed' };
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), limitMs);
    const init = { method: 'POST', headers, body, signal: late.signal };
    try {
      return await toOutcome(await fetch(target.url, { ...init, redirect: 'manual' }));
    } catch {
      return { failed: late.signal.aborted ? 'http_timeout' : 'connection_failed' };
    } finally {
      clearTimeout(timer);
    }
  };
}

async function toOutcome(response: Response): Promise<Outcome> {
  const text = await response.text();
  if (response.ok) return { body: parse(text) };
  const isLast = response.headers.get('x-slack-no-retry') === '1';
  return { failed: 'http_error', body: text, ...(isLast && { last: true as const }) };
}

/** An empty body means nothing; another one is JSON. */
function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
