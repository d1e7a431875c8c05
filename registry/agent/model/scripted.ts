import { promised } from '../core/errors.ts';
import type { Event, Step } from '../core/event.ts';
import type { Model, ModelRequest } from '../core/model.ts';

/** A function that chooses the next step, in place of a model. */
export type Script = (events: readonly Event[]) => Step;

/** Turns a script into a model, for tests and for a first run without a key. */
export function scripted(script: Script, topic = { about: '', example: '' }): Model {
  const model = promised(({ events }: ModelRequest) => ({ step: script(events) }));
  return Object.assign(model, { scripted: topic });
}

/** Plays the steps in order. It counts the tool calls of the thread, so it survives a restart. */
export function inOrder(...steps: readonly Step[]): Script {
  return (events) => {
    const calls = events.filter(({ type }) => type === 'tool_call');
    const step = steps[calls.length];
    if (step === undefined) throw new Error('the script is over');
    return step;
  };
}
