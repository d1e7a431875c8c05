import * as z from 'zod';
import type { Awaits, Event, Step } from '../core/event.ts';
import type { Tools } from '../core/tool.ts';

/** One call: a thread, and a check of the next step. */
export type Case<S extends Step = Step> = {
  readonly what: string;
  /** `proposed` are the steps of earlier calls: they have real arguments. */
  events(this: void, proposed: readonly S[]): readonly Event[];
  /** Returns what is wrong with the step; undefined if nothing is. */
  problem(this: void, step: S, events: readonly Event[]): string | undefined;
};

const INTENT_CASES = 6;

/** The number of cases for any tools. */
export const CASES = INTENT_CASES + 4;

/** Returns six cases that ask for the intents, and four about what can happen to a step. */
export function casesFor<S extends Step>({ schema, actionFor }: Tools<S>): readonly Case<S>[] {
  const intents = intentsOf(schema).slice(0, INTENT_CASES);
  const first = intents[0] ?? '';
  const last = intents.slice(-1)[0] ?? '';
  const find = (proposed: readonly S[], awaits: Awaits) =>
    proposed.filter((step) => actionFor(step).awaits === awaits).slice(-1)[0];
  // A model that proposed no step gets one without arguments.
  const stepToRun = (proposed: readonly S[]): Step =>
    find(proposed, 'result') ?? proposed.slice(-1)[0] ?? { intent: last };
  return [
    ...Array.from({ length: INTENT_CASES }, (_, index) => intentCase(intents, index)),
    {
      what: 'a denial is accepted',
      events: (proposed) => afterDenial(stepToRun(proposed)),
      problem: unlessRepeated('it proposed the denied step again'),
    },
    {
      what: 'an error is recovered from',
      events: (proposed) => afterTwoErrors(stepToRun(proposed)),
      problem: unlessRepeated('it tried the same once more'),
    },
    {
      what: 'an answer is followed',
      events: (proposed) => afterAnswer(find(proposed, 'answer')),
      problem: unlessRepeated('it asked the same again'),
    },
    {
      what: 'a later message counts',
      events: (proposed) => afterSecondMessage(first, find(proposed, 'message'), last),
      problem: ({ intent }) => {
        if (intent === last) return undefined;
        return `it chose ${intent}, not ${last}`;
      },
    },
  ];
}

/** Accepts any step that the thread does not have yet with the same arguments. */
function unlessRepeated(problem: string): Case['problem'] {
  return (step, events) => {
    const text = JSON.stringify(step);
    const isRepeated = events.some(
      (event) => event.type === 'tool_call' && JSON.stringify(event.step) === text,
    );
    return isRepeated ? problem : undefined;
  };
}

const Intent = z.object({ const: z.string() });

function intentsOf(schema: z.ZodType): readonly string[] {
  const root = z.toJSONSchema(schema, { io: 'input' });
  const branches = root.oneOf ?? root.anyOf ?? [root];
  return branches.map((branch) => {
    const name = branch.$ref?.split('/').slice(-1)[0] ?? '';
    const step = root.$defs?.[name] ?? branch;
    return Intent.parse(step.properties?.['intent']).const;
  });
}

/** With fewer intents than cases, each is asked for again in other words. */
function intentCase(intents: readonly string[], index: number): Case {
  const intent = intents[index % intents.length] ?? '';
  const round = Math.floor(index / intents.length);
  return {
    what: round === 0 ? intent : `${intent}, in other words`,
    events: () => [message(askFor(intent, round))],
    problem: (step) => {
      if (step.intent === intent) return undefined;
      return `it chose ${step.intent}`;
    },
  };
}

function askFor(intent: string, round: number): string {
  const wordings = [
    `Choose ${intent} as your next step, before anything else, and make up its arguments.`,
    `I want to see what you fill in for ${intent}. Take it now, with values that you invent.`,
    `Show me ${intent}, and no other step: an example will do.`,
  ];
  const intro = 'This is a check of how you are wired: nothing that you choose will run.';
  return `${intro} ${wordings[round % wordings.length]}`;
}

const at = new Date(0).toISOString();
const call = { call_id: 'check:1', at };

function message(text: string): Event {
  return {
    type: 'message',
    channel: 'check',
    from: 'you',
    text,
    at,
  };
}

function requestFor(step: Step): Event {
  return message(`Please do this: ${JSON.stringify(step)}`);
}

function afterDenial(step: Step): readonly Event[] {
  const comment = 'not today, so do not propose it again: end here';
  return [
    requestFor(step),
    { type: 'tool_call', step, awaits: 'approval', ...call },
    { type: 'approval', approved: false, by: 'you', comment, ...call },
  ];
}

function afterTwoErrors(step: Step): readonly Event[] {
  const error = 'it is switched off until tomorrow, and fails until then';
  const failedCall = (call_id: string): readonly Event[] => [
    { type: 'tool_call', call_id, step, awaits: 'result', at },
    { type: 'tool_started', call_id, attempt: 1, by: 'check', lease_until: at, at },
    { type: 'tool_error', call_id, attempt: 1, error, at },
  ];
  return [requestFor(step), ...failedCall('check:1'), ...failedCall('check:4')];
}

/** If no step asks, the question is that of a thread that was handed over. */
function afterAnswer(step: Step | undefined): readonly Event[] {
  const reason = 'no progress: how should I go on?';
  const question: Event = step
    ? { type: 'tool_call', step, awaits: 'answer', ...call }
    : { type: 'handed_over', reason, ...call };
  const text = 'I do not know. Do not ask me again: end here.';
  return [
    message('Do what you think is best.'),
    question,
    { type: 'human_response', by: 'you', text, ...call },
  ];
}

/** Between the messages, the agent waits with the step, if it has one for that. */
function afterSecondMessage(
  first: string,
  step: Step | undefined,
  second: string,
): readonly Event[] {
  const events: Event[] = [message(askFor(first, 0))];
  if (step) events.push({ type: 'tool_call', step, awaits: 'message', ...call });
  return [...events, message(askFor(second, 1))];
}
