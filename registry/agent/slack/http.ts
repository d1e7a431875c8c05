import { createHmac } from 'node:crypto';
import { oneLine } from '../core/errors.ts';
import { isObject } from '../core/event.ts';
import { parseJson } from '../core/json.ts';
import { BodyError, decodeUtf8, readBytes } from '../http/read-bytes.ts';
import { isSame } from '../http/secrets.ts';
import { requireVariable } from './client.ts';
import { textIn, type Json } from './json.ts';
import { receive } from './receive.ts';
import type { Receiver } from './receiver.ts';

/** Slack signs the time: an older or later request may be a replay. */
const MAX_SKEW_MS = 300_000;
/** Slack waits 3 s and then delivers again. */
const MAX_ANSWER_MS = 2_500;

/**
 * Answers the requests that Slack sends to the request URL of an app: 200 once an event is saved,
 * 503 if that takes too long or fails.
 * @throws Refused without SLACK_SIGNING_SECRET
 */
export function slackHandler(receiver: Receiver): (request: Request) => Promise<Response> {
  const secret = requireVariable('SLACK_SIGNING_SECRET');
  return async (request) => {
    try {
      if (request.method !== 'POST') throw new BodyError(405, 'Slack sends POST.');
      const body = await readBytes(request);
      if (!isSigned(body, request.headers, { secret, now: receiver.host.agent.now() }))
        throw new BodyError(401, 'The signature is not valid.');
      const payload = parsePayload(decodeUtf8(body), request.headers);
      if (payload['type'] !== 'url_verification') return await take(receiver, payload);
      return Response.json({ challenge: textIn(payload, 'challenge') });
    } catch (error) {
      if (!(error instanceof BodyError)) throw error;
      const message = `A request to the path of Slack got ${error.status}`;
      receiver.host.log({ level: 'warn', message, error: error.message });
      return Response.json({ error: error.message }, { status: error.status });
    }
  };
}

/** Whether Slack signed a body, in the last five minutes. `now` is in ms. */
export function isSigned(
  body: Uint8Array,
  headers: Headers,
  { secret, now }: { readonly secret: string; readonly now: number },
): boolean {
  const timestamp = headers.get('x-slack-request-timestamp') ?? '';
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (!(Math.abs(now - Number(timestamp) * 1_000) <= MAX_SKEW_MS)) return false;
  const hmac = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body);
  return isSame(headers.get('x-slack-signature') ?? '', `v0=${hmac.digest('hex')}`);
}

/** Events are JSON. Clicks are JSON in a form. @throws BodyError */
function parsePayload(text: string, headers: Headers): Json {
  const isForm = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded');
  const json = isForm ? new URLSearchParams(text).get('payload') : text;
  const payload = parseJson(json ?? '');
  if (isObject(payload)) return payload;
  throw new BodyError(400, 'The body is not what Slack sends.');
}

async function take(receiver: Receiver, payload: Json): Promise<Response> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Response>((resolve) => {
    timer = setTimeout(() => resolve(unavailable()), MAX_ANSWER_MS);
  });
  const taken = receive(receiver, payload).then(
    (reply) => (reply ? Response.json(reply) : new Response(null, { status: 200 })),
    (error: unknown) => {
      const message = 'A delivery of Slack could not be saved';
      receiver.host.log({ level: 'error', message, error: oneLine(error) });
      return unavailable();
    },
  );
  try {
    return await Promise.race([taken, late]);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(): Response {
  return Response.json({ error: 'It was not saved in time.' }, { status: 503 });
}
