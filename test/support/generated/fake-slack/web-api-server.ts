import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { planFaults, type Call, type Reply } from './faults.ts';
import { readHistory, readReplies } from './read-conversations.ts';
import { methods, SlackError, type Args, type Surroundings } from './web-api-methods.ts';
import { ids } from './workspace.ts';

/** The arguments that a form carries as JSON. */
const asJson = ['blocks', 'metadata', 'view', 'attachments'];

/**
 * The Web API under `/api/`, and the response URLs of interactions under `/response/`, on a port of
 * this machine.
 */
export async function serveWebApi(
  around: Surroundings,
  respond: (id: string, body: Args) => Reply,
) {
  const calls: Call[] = [];
  const faults = planFaults();
  const revoked = new Set<string>();
  const server = createServer((request, response) => {
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname } = new URL(request.url ?? '/', 'http://fake');
    const body = await readBody(request);
    const [, kind = '', name = ''] = pathname.split('/');
    const call = { method: kind === 'api' ? name : kind, args: body.args, at: Date.now() };
    calls.push(call);
    const perform = () =>
      kind === 'response' ? respond(name, body.args) : run(name, body, request);
    const fault = faults.take(call.method);
    const drop = () => request.socket.resetAndDestroy();
    const reply = fault ? await fault({ call, perform, drop }) : perform();
    if (reply === undefined || response.destroyed) return;
    const { status = 200, headers = {} } = reply;
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(JSON.stringify(reply.body));
  }

  function run(name: string, { args, flaw }: Body, { headers }: IncomingMessage): Reply {
    try {
      if (flaw !== undefined) throw new SlackError(flaw);
      requireToken(name, headers.authorization, args, revoked);
      return { body: { ok: true, ...perform(name, args, around) } };
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      const { message, detail } = error;
      const messages = detail === undefined ? {} : { messages: [`[ERROR] ${detail}`] };
      return { body: { ok: false, error: message, response_metadata: messages } };
    }
  }

  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, server, calls, faults, revoked };
}

function perform(name: string, args: Args, around: Surroundings): Args {
  if (name === 'conversations.history') return readHistory(args, around.workspace);
  if (name === 'conversations.replies') return readReplies(args, around.workspace);
  const method = methods[name];
  if (method === undefined) throw new SlackError('unknown_method');
  return method(args, around);
}

/** @throws SlackError */
function requireToken(
  method: string,
  authorization: string | undefined,
  { token: field }: Args,
  revoked: ReadonlySet<string>,
): void {
  const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? field;
  if (typeof token !== 'string') throw new SlackError('not_authed');
  if (revoked.has(token)) throw new SlackError('token_revoked');
  if (token !== ids.botToken && token !== ids.appToken) throw new SlackError('invalid_auth');
  const needed = method.startsWith('apps.') ? ids.appToken : ids.botToken;
  if (token !== needed && method !== 'auth.test') throw new SlackError('not_allowed_token_type');
}

type Body = { readonly args: Args; readonly flaw?: string };

async function readBody(request: IncomingMessage): Promise<Body> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) return toArgs(() => JSON.parse(text));
  if (text === '') return { args: {} };
  if (!type.startsWith('application/x-www-form-urlencoded'))
    return { args: {}, flaw: 'invalid_post_type' };
  return toArgs(() =>
    Object.fromEntries(
      [...new URLSearchParams(text)].map(([name, value]) => [
        name,
        asJson.includes(name) ? JSON.parse(value) : value,
      ]),
    ),
  );
}

function toArgs(parse: () => unknown): Body {
  try {
    const args = parse();
    if (typeof args === 'object' && args !== null) return { args: args as Args };
  } catch {
    // It is answered as Slack does it.
  }
  return { args: {}, flaw: 'invalid_json' };
}
