import type { LaunchBody, ThreadDocument } from '../api/api.ts';
import { agentClient, type AgentClient } from '../client/client.ts';
import { ApiError } from '../client/request.ts';
import type { OpenTrigger, TriggerHost } from '../core/agent.ts';
import { isObject } from '../core/event.ts';
import { isThreadId } from '../core/store.ts';
import { HttpError, retrySoon, toErrorResponse } from '../server/http-errors.ts';
import { parseInput, readBody } from '../server/request-body.ts';
import { allowedOrigins, corsHeaders, preflight } from './cors.ts';
import { eventResponse } from './event-response.ts';
import { keyOf } from './messages.ts';
import { RunInput, UserMessage } from './protocol.ts';
import { resume } from './resume.ts';
import { runThread, type RunOptions } from './run.ts';

/**
 * Serves the agent at `/ag-ui` to front ends that speak AG-UI. All rights are those of the HTTP
 * API: a request goes there with its own headers.
 * @throws Refused for a malformed AG_UI_ORIGINS
 */
export function agUiTrigger({ agent, api, senderOf, log }: TriggerHost): OpenTrigger {
  const origins = allowedOrigins(process.env['AG_UI_ORIGINS']);
  if (!api || !senderOf) return {};
  const stopping = new AbortController();
  const clock = { now: agent.now };
  const open = async (request: Request) => {
    if (request.method !== 'POST')
      throw new HttpError(405, 'Send a POST with a RunAgentInput.', { headers: allow });
    await senderOf(request); // Before its body is read.
    const input = await readBody(request, RunInput);
    const client = clientFor(api, request);
    const { thread, warnings } = await takeInput({ client, clock }, input);
    const options = {
      client,
      clock,
      input,
      warnings,
      stopping: stopping.signal,
    };
    return eventResponse((gone) => runThread({ ...options, gone }, thread));
  };
  return {
    async fetch(request) {
      if (request.method === 'OPTIONS') return preflight(request, origins);
      const response = await open(request).catch((error: unknown) =>
        toErrorResponse(asHttpError(error), log),
      );
      for (const [name, value] of corsHeaders(request, origins)) {
        response.headers.set(name, value);
      }
      return response;
    },
    stop() {
      stopping.abort();
      return Promise.resolve();
    },
  };
}

const allow = { allow: 'POST' };

/** Makes a client that sends its requests to the HTTP API, as the sender of this request. */
function clientFor(api: NonNullable<TriggerHost['api']>, request: Request): AgentClient {
  const fetch = (address: string, init: RequestInit) => {
    const headers = new Headers(request.headers);
    for (const name of bodyHeaders) headers.delete(name);
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    return api(new Request(address, { ...init, headers }));
  };
  const { origin } = new URL(request.url);
  return agentClient({ url: origin, fetch, drafts: true });
}

const bodyHeaders = ['content-type', 'content-length', 'content-encoding', 'transfer-encoding'];

/** Gives the answers and the new message of an input to its thread, and returns the thread then. */
async function takeInput(host: Pick<RunOptions, 'client' | 'clock'>, input: RunInput) {
  const { client } = host;
  const message = newMessage(input);
  const found = await findThread(client, input.threadId);
  const warnings: string[] = [];
  for (const entry of input.resume) {
    const warning = found ? await resume(host, found, entry) : 'There is nothing to resume yet.';
    if (warning) warnings.push(warning);
  }
  const isNew = message && !(found && message.id.startsWith(`${found.id}:`));
  const id = isNew ? await say(client, input.threadId, found, message) : found?.id;
  const thread = id === undefined ? undefined : await client.get(id);
  return { thread, warnings };
}

/** Only the last message can be new: what comes before it is the history that a client keeps. */
function newMessage({ messages }: RunInput): UserMessage | undefined {
  const last = messages.slice(-1)[0];
  const isUser = isObject(last) && last['role'] === 'user';
  return isUser ? parseInput(UserMessage, last) : undefined;
}

/** Finds a thread by our id, or by the one that its client gave it. */
async function findThread(
  client: AgentClient,
  threadId: string,
): Promise<ThreadDocument | undefined> {
  const own = isThreadId(threadId) ? await client.get(threadId).catch(ifUnknown) : undefined;
  if (own) return own;
  const named = await client.launch({ conversation: threadId }).catch(ifUnknown);
  return named && (await client.get(named.id));
}

function ifUnknown(error: unknown): undefined {
  if (error instanceof ApiError && error.status === 404) return undefined;
  throw error;
}

async function say(
  client: AgentClient,
  conversation: string,
  thread: ThreadDocument | undefined,
  { id, content }: UserMessage,
): Promise<string> {
  const key = keyOf(id);
  const message = { message: content };
  const launch: LaunchBody = { ...message, conversation };
  const saved = thread ? client.say(thread.id, message, key) : client.launch(launch, key);
  return (await saved).id;
}

function asHttpError(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  const { status, error: message } = error;
  return new HttpError(status || 503, message, status === 503 ? { headers: retrySoon } : {});
}
