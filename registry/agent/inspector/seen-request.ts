import { agentFor, type Agent } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import type { Event, EventOf, Usage } from '../core/event.ts';
import { modelFor } from '../core/model-turn.ts';
import { jsonSchemaOf, requestHash } from '../core/model.ts';
import type { Thread } from '../core/store.ts';
import { initial, reduce } from '../core/thread.ts';

/** A request to the model, as the code of today builds it. */
export type SeenRequest = Readonly<{
  /** Whether it has the hash that was saved with the answer. */
  match: 'same' | 'changed' | 'unknown';
  system: string;
  blocks: readonly string[];
  /** How many of the first blocks were in the request before it, too. */
  known: number;
  schema: unknown;
  usage: Usage | undefined;
  /** The request as the model would send it, if it tells. Its URL lacks what may hold a key. */
  sent: { readonly url: string; readonly body: object } | null;
}>;

/** Builds again the request that the event after `version` others answers. @throws Refused */
export function seenRequest(
  agent: Agent,
  { id, events }: Pick<Thread, 'id' | 'events'>,
  version: number,
): SeenRequest {
  const answer = events[version];
  if (!answer || !isAnswer(answer))
    throw new Refused(`The model did not choose event ${version + 1} of ${id}.`);
  const own = agentFor(agent, { id, events });
  const before = events.slice(0, version);
  const blocks = own.context(before);
  const request = { system: own.prompt, blocks, events: before, schema: own.tools.schema };
  const hash = requestHash(request);
  const { request_hash = '' } = answer;
  const last = before.map(isAnswer).lastIndexOf(true);
  const earlier = last < 0 ? [] : own.context(events.slice(0, last));
  const change = blocks.findIndex((block, index) => block !== earlier[index]);
  const { signal } = new AbortController();
  const state = before.reduce(reduce, initial);
  const sent = modelFor(own, state).preview?.({ ...request, signal });
  return {
    match: matchOf(request_hash, hash),
    system: own.prompt,
    blocks,
    known: change < 0 ? blocks.length : change,
    usage: answer.usage,
    schema: jsonSchemaOf(request.schema),
    sent: sent ? { ...sent, url: withoutKeys(sent.url) } : null,
  };
}

function matchOf(saved: string, now: string): SeenRequest['match'] {
  if (saved === '') return 'unknown';
  return saved === now ? 'same' : 'changed';
}

function isAnswer(event: Event): event is EventOf<'tool_call' | 'model_error'> {
  return event.type === 'tool_call' || event.type === 'model_error';
}

const withoutKeys = (url: string): string =>
  URL.canParse(url) ? new URL(url).origin + new URL(url).pathname : '';
