import { scripted } from './scripted.ts';

const topic = { about: 'It repeats what you say.', example: 'hello' };

/** Plays the model while there is no key: it repeats the last message. */
export const script = scripted((events) => {
  const last = events.filter((event) => event.type === 'message').slice(-1)[0];
  const text = last?.text ?? 'nothing';
  return {
    intent: 'done_for_now',
    message: `I am only a script. You said: ${text}`,
  };
}, topic);
