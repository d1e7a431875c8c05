import { html } from 'hono/html';
import { createHash } from 'node:crypto';
import { linkSettings, verifyLink, type LinkClaim } from '../channels/link.ts';
import type { People } from '../channels/directory.ts';
import type { Agent, Trigger, TriggerHost } from '../core/agent.ts';
import { editCall, readArguments } from '../core/edit.ts';
import { oneLine, Refused, type Fault } from '../core/errors.ts';
import { answer, approve, threadIdOf } from '../core/people.ts';
import { load, type Thread } from '../core/store.ts';
import { ownerOf } from '../core/thread.ts';
import { BodyError, decodeUtf8, readBytes } from '../http/read-bytes.ts';
import { htmlPage, type Html } from './html-page.ts';
import { findRequest, mayAnswer, type RequestView } from './linked-request.ts';
import { requestPage } from './request-page.ts';
import { style } from './style.ts';

/** Whether a request is the person's, for example by a cookie. By default, a link is enough. */
export type SignIn = (request: Request, person: string) => Promise<boolean>;

export type AnswerOptions = {
  readonly people: Pick<People, 'accountsOf'>;
  readonly signIn?: SignIn | undefined;
};

/** Serves the pages behind links. The last part of a path is the token. */
export function answerPages(people: AnswerOptions['people'], signIn?: SignIn): Trigger {
  return (host) => {
    linkSettings();
    return {
      fetch: (request) => answerPage(host, request, { people, signIn }),
    };
  };
}

/** Shows a request to the holder of a link, and takes the answer. Only POST changes anything. */
export async function answerPage(
  host: TriggerHost,
  request: Request,
  options: AnswerOptions,
): Promise<Response> {
  const response = await respond(host, request, options).catch((error: unknown) =>
    toPage(host, error),
  );
  return request.method === 'HEAD' ? new Response(null, response) : response;
}

async function respond(
  host: TriggerHost,
  request: Request,
  { people, signIn }: AnswerOptions,
): Promise<Response> {
  const { method, url } = request;
  if (!['GET', 'HEAD', 'POST'].includes(method))
    return respondWith(405, messagePage('This page takes no such request.'), { allow });
  const token = new URL(url).pathname.split('/').pop() ?? '';
  const claim = requireClaim(token, host.agent);
  if (people.accountsOf(claim.person).length === 0)
    throw new PageError(403, 'You are no longer one of the people who may answer.');
  if (signIn && !(await signIn(request, claim.person)))
    throw new PageError(403, 'Sign in as the person who got this link. Then open it again.');
  const view = await requireView(host.agent, claim);
  if (method !== 'POST') return respondWith(200, requestPage(view));
  const form = await readForm(request, claim);
  try {
    const thread = await saveAnswer(host.agent, view, form);
    host.wake(thread.id, ownerOf(thread.events, thread.state));
  } catch (error) {
    if (!(error instanceof Refused) || !error.fault) throw error;
    // Another answer may have been faster: then the page shows it.
    const now = await requireView(host.agent, claim);
    const refused = requestPage({ ...now, error: error.message, typed: form });
    return respondWith(statusOf[error.fault], refused);
  }
  // A reload of the page sends nothing again.
  return new Response(null, {
    status: 303,
    headers: {
      ...headers,
      location: token,
    },
  });
}

const allow = 'GET, HEAD, POST';

/** @throws PageError that tells nothing about a thread */
function requireClaim(token: string, agent: Pick<Agent, 'now'>): LinkClaim {
  const claim = verifyLink(token);
  if (!claim) throw new PageError(404, 'This link does not work. Copy all of it.');
  if (claim.expires > agent.now()) return claim;
  throw new PageError(410, 'This link has expired.');
}

async function requireView(
  { store, policy }: Pick<Agent, 'store' | 'policy'>,
  claim: LinkClaim,
): Promise<RequestView> {
  const { call_id, person } = claim;
  const thread = await load(store, threadIdOf(call_id));
  const request = findRequest(thread.events, claim);
  if (!request) throw new PageError(404, 'This link is for a request that does not exist.');
  const view = {
    request,
    thread,
    policy,
    person,
  };
  if (!request.isApproval || mayAnswer(view)) return view;
  throw new PageError(403, 'You may not approve this.');
}

/** Reads the fields of a form. @throws PageError if another page may have sent it */
async function readForm(request: Request, { call_id }: LinkClaim): Promise<URLSearchParams> {
  if (!isOwnForm(request))
    throw new PageError(403, 'This form comes from another site. Open the link again.');
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type))
    throw new PageError(415, 'Send the form of this page.');
  const form = new URLSearchParams(decodeUtf8(await readBytes(request)));
  if (form.get('call') === call_id) return form;
  throw new PageError(400, 'This form is for another request. Open the link again.');
}

/** A proxy that adds `referrer-policy: no-referrer` makes browsers send the origin `null`. */
function isOwnForm({ headers }: Request): boolean {
  const origin = headers.get('origin');
  if (origin === 'null') return headers.get('sec-fetch-site') === 'same-origin';
  return origin === new URL(linkSettings().url).origin;
}

/** Saves an answer. The core checks again that the call is open. @throws Refused */
async function saveAnswer(agent: Agent, view: RequestView, form: URLSearchParams): Promise<Thread> {
  const { request, person: by } = view;
  const { open, closedBy } = request;
  if (closedBy) throw new Refused('Your answer came too late. Nothing was changed.', 'late');
  if (!mayAnswer(view)) throw new Refused('You may not answer this.', 'forbidden');
  const intent = open.step?.intent ?? '';
  const text = (form.get('text') ?? '').replace(/\r\n?/g, '\n').trim();
  switch (form.get('act')) {
    case 'approve':
      return await approve(agent, open.call_id, { approved: true, by });
    case 'deny':
      if (text === '') throw new Refused('A denial needs a reason.', 'invalid');
      return await approve(agent, open.call_id, { approved: false, by, comment: text });
    case 'edit':
      return await editCall(agent, open.call_id, { step: { intent, ...readArguments(text) }, by });
    case 'answer':
      return await answer(agent, open.call_id, { by, text });
    default:
      throw new Refused('The form is not complete.', 'invalid');
  }
}

const statusOf: Record<Fault, number> = { invalid: 400, forbidden: 403, unknown: 404, late: 409 };

/** Ends a request with a page that has only this message. */
class PageError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function toPage({ log }: TriggerHost, error: unknown): Promise<Response> {
  if (error instanceof PageError || error instanceof BodyError)
    return respondWith(error.status, messagePage(error.message));
  log({ level: 'error', message: 'An answer page failed.', error: oneLine(error) });
  const message = 'Something failed. Open the link again to see if an answer was saved.';
  return respondWith(503, messagePage(message));
}

const messagePage = (message: string): Html => htmlPage(message, html`<h1>${message}</h1>`);

const styleHash = createHash('sha256').update(style).digest('base64');

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; ` +
    "frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  // With `no-referrer`, browsers send no origin with a form. This tells other sites nothing either.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
};

async function respondWith(status: number, body: Html, more = {}): Promise<Response> {
  const text = String(await body);
  return new Response(text, {
    status,
    headers: {
      ...headers,
      ...more,
    },
  });
}
