import type { Event, Step } from '../core/event.ts';
import type { Model } from '../core/model.ts';

/** A model without a model: the next step is a function of what happened so far. For tests and the first run. */
export function scripted(
  script: (events: readonly Event[]) => Step,
  says = { about: '', example: '' },
): Model {
  return Object.assign(
    async ({ events }: { events: readonly Event[] }) => ({ step: script(events) }),
    {
      scripted: says,
    },
  );
}

/** Plays the steps in order. It counts those already taken, so it goes on after a restart. */
export function inOrder(...steps: readonly Step[]): (events: readonly Event[]) => Step {
  return (events) => {
    const step = steps[events.filter(({ type }) => type === 'tool_call').length];
    if (step === undefined) throw new Error('the script is over');
    return step;
  };
}
