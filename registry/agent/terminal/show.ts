import { modelFor } from '../core/model-turn.ts';
import { oneLine, Refused } from '../core/errors.ts';
import type { Agent } from '../core/agent.ts';
import { toThreadDocument } from '../core/store.ts';
import type { Thread } from '../core/store.ts';
import { flagged } from './self.ts';

/** The exact text that the model would get now: the instructions, then the blocks. */
export const contextText = (
  { prompt, context }: Pick<Agent, 'prompt' | 'context'>,
  { events }: Thread,
): string => [prompt, ...context(events)].join('\n');

/** The exact request that the model would get now, as one JSON document. No key is needed, and none is in it. @throws Refused */
export function requestText(agent: Agent, thread: Thread): string {
  const request = previewOf(agent, thread);
  if (!request)
    throw new Refused(
      `This model shows no request. What it sees: ${flagged} show ${thread.id} --context`,
    );
  // Neither a user nor a query is asked with, and either may hold a key.
  const url = request.url.replace(/^(\w+:)?([\\/]*)[^\\/?#]*@/, '$1$2').replace(/[?#].*/s, '');
  return toJson({ url, body: request.body });
}

/** @throws Refused if the loop could not ask either */
function previewOf(agent: Agent, thread: Thread) {
  const { prompt: system, context, tools } = agent;
  const { events } = thread;
  const { signal } = new AbortController();
  try {
    const model = modelFor(agent, thread.state);
    return model.preview?.({
      system,
      blocks: context(events),
      events,
      schema: tools.schema,
      signal,
    });
  } catch (error) {
    throw new Refused(`The model cannot be asked: ${oneLine(error)}`);
  }
}

/** The one JSON document that `--json` prints. */
export const document = (thread: Thread): string => toJson(toThreadDocument(thread));

/** What JSON leaves as it is, and a terminal would act on. */
const unsafe = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** The same JSON, in which nothing acts on a terminal. */
export const inert = (json: string): string =>
  json.replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const toJson = (value: object): string => inert(JSON.stringify(value, null, 2));
