import type { Event } from '../core/event.ts';
import { scripted } from './scripted.ts';

/** Plays the model while there is no key. */
export const script = scripted(repeatMessage, {
  about: 'It repeats what you say.',
  example: 'hello',
});

function repeatMessage(events: readonly Event[]) {
  const last = events.findLast((event) => event.type === 'message');
  const text = last?.text ?? 'nothing';
  return { intent: 'done_for_now', message: `I am only a script. You said: ${text}` };
}
