import type { Agent } from '../parts.ts';
import type { Thread } from '../store/store.ts';

/** The exact text that the model would get now: the instructions, then the blocks. */
export const contextText = ({ prompt, context }: Pick<Agent, 'prompt' | 'context'>, { events }: Thread): string =>
  [prompt, ...context(events)].join('\n');

/** What JSON leaves as it is, and a terminal would act on. */
const unsafe = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** A thread as the one JSON document that `--json` prints. */
export function document({ id, events, state }: Thread): string {
  const { status, open = null } = state;
  const json = JSON.stringify({ id, status, version: events.length, open, events }, null, 2);
  return json.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
