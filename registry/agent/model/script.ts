import { scripted } from './scripted.ts';

/** Plays the model while there is no key: it hears you out, and knows nothing. */
export const script = scripted(
  (events) => {
    const said = events.filter((event) => event.type === 'message').at(-1);
    return {
      intent: 'done_for_now',
      message: `I am only a script. You said: ${said?.text ?? 'nothing'}`,
    };
  },
  { about: 'It repeats what you say.', example: 'hello' },
);
