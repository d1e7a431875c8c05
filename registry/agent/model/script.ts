import { scripted } from './scripted.ts';

const topic = { about: 'It repeats what you say.', example: 'hello' };

/** Plays the model while there is no key: it repeats the last message. */
export const script = scripted((events) => {
  const last = events.findLast((event) => event.type === 'message');
  const text = last?.text ?? 'nothing';
  return {
    intent: 'done_for_now',
    message: `I am only a script. You said: ${text}`,
  };
}, topic);
