import * as z from 'zod';
import type { Awaits, Event, Step } from '../core/event.ts';
import type { Tools } from '../core/tool.ts';

/** One call: the thread that the model is shown, and what would be wrong with the step that it takes next. */
export type Case<S extends Step = Step> = {
  readonly what: string;
  /** `proposed` are the steps that it took in the calls before, so that later threads have real arguments. */
  events(proposed: readonly S[]): readonly Event[];
  /** Undefined if the step will do. */
  wrong(step: S, events: readonly Event[]): string | undefined;
};

/** Ten, whatever the union: its intents, then what people and tools may make of a step. */
export function casesFor<S extends Step>({ schema, actionFor }: Tools<S>): readonly Case<S>[] {
  const intents = intentsOf(schema).slice(0, 6);
  const [first = '', last = first] = [intents[0], intents.at(-1)];
  const find = (proposed: readonly S[], awaits: Awaits) =>
    proposed.findLast((step) => actionFor(step).awaits === awaits);
  /** Of a model that proposed none, an intent has to do. */
  const toRun = (proposed: readonly S[]): Step =>
    find(proposed, 'result') ?? proposed.at(-1) ?? { intent: last };
  return [
    ...Array.from({ length: 6 }, (_, index) =>
      asking(intents[index % intents.length] ?? '', index / intents.length),
    ),
    refusing(
      'a denial is taken up',
      (proposed) => denied(toRun(proposed)),
      'it proposed the denied step again',
    ),
    refusing(
      'an error is recovered from',
      (proposed) => failedTwice(toRun(proposed)),
      'it tried the same once more',
    ),
    refusing(
      'an answer is taken up',
      (proposed) => answered(find(proposed, 'answer')),
      'it asked the same again',
    ),
    {
      what: 'a later message counts',
      events: (proposed) =>
        followedUp(wanted(first, 0), find(proposed, 'message'), wanted(last, 1)),
      wrong: ({ intent }) => (intent === last ? undefined : `it chose ${intent}, not ${last}`),
    },
  ];
}

/** Any step will do, but for one that the thread has already, with the same arguments. */
const refusing = <S extends Step>(
  what: string,
  events: Case<S>['events'],
  why: string,
): Case<S> => ({
  what,
  events,
  wrong: (step, thread) => (isTaken(step, thread) ? why : undefined),
});

function intentsOf(schema: z.ZodType): readonly string[] {
  const node = z.toJSONSchema(schema, { io: 'input' });
  const steps = (node.oneOf ?? node.anyOf ?? [node]).map(
    (step) => node.$defs?.[step.$ref?.split('/').at(-1) ?? ''] ?? step,
  );
  return steps.map(({ properties }) => String(Object(properties?.['intent']).const));
}

/** An intent that is asked for again is asked for in other words. */
const asking = (intent: string, round: number): Case => ({
  what: round < 1 ? intent : `${intent}, in other words`,
  events: () => [said(wanted(intent, Math.floor(round)))],
  wrong: (step) => (step.intent === intent ? undefined : `it chose ${step.intent}`),
});

const nothingRuns = 'This is a check of how you are wired: nothing that you choose will run.';

function wanted(intent: string, round: number): string {
  const wordings = [
    `Choose ${intent} as your next step, before anything else, and make up its arguments.`,
    `I want to see what you fill in for ${intent}. Take it now, with values that you invent.`,
    `Show me ${intent}, and no other step: an example will do.`,
  ];
  return `${nothingRuns} ${wordings[round % wordings.length]}`;
}

const at = new Date(0).toISOString();
const call = { call_id: 'check:1', at };

/** A person says something. */
export const said = (text: string): Event => ({
  type: 'message',
  channel: 'check',
  from: 'you',
  text,
  at,
});

const asked = (step: Step) => said(`Please do this: ${JSON.stringify(step)}`);

/** A person does not want the step, and says why. */
export const denied = (step: Step): readonly Event[] => [
  asked(step),
  { type: 'tool_call', step, awaits: 'approval', ...call },
  {
    type: 'approval',
    approved: false,
    by: 'you',
    comment: 'not today, so do not propose it again: end here',
    ...call,
  },
];

/** The step fails, and fails again. */
export function failedTwice(step: Step): readonly Event[] {
  const error = 'it is switched off until tomorrow, and fails until then';
  const tries = ['check:1', 'check:4'].flatMap((call_id): Event[] => [
    { type: 'tool_call', call_id, step, awaits: 'result', at },
    { type: 'tool_started', call_id, attempt: 1, by: 'check', lease_until: at, at },
    { type: 'tool_error', call_id, attempt: 1, error, at },
  ]);
  return [asked(step), ...tries];
}

/** A question is answered: the step's, or where no step asks, the loop's own. */
export const answered = (step: Step | undefined): readonly Event[] => [
  said('Do what you think is best.'),
  step
    ? { type: 'tool_call', step, awaits: 'answer', ...call }
    : { type: 'handed_over', reason: 'no progress: how should I go on?', ...call },
  {
    type: 'human_response',
    by: 'you',
    text: 'I do not know. Do not ask me again: end here.',
    ...call,
  },
];

/** The agent rests after its step, if it has one to rest with, and a person says something else. */
export const followedUp = (
  text: string,
  step: Step | undefined,
  then: string,
): readonly Event[] => [
  said(text),
  ...(step ? [{ type: 'tool_call', step, awaits: 'message', ...call } as const] : []),
  said(then),
];

/** Whether the step, with the same arguments, is in the thread already. */
export const isTaken = (step: Step, events: readonly Event[]): boolean =>
  events.some(
    (event) => event.type === 'tool_call' && JSON.stringify(event.step) === JSON.stringify(step),
  );
