import { isDeepStrictEqual } from 'node:util';
import { isObject, without, type Event, type EventOf, type Step } from '../core/event.ts';
import { initial, reduce } from '../core/thread.ts';
import { isSkip, readAnswer } from './answers.ts';
import { callOutcome, mayHaveRun, partOutcome, type StepOutcome } from './outcomes.ts';
import { UNKNOWN } from './step-errors.ts';

/** Steps that were asked for at once, and their outcomes, by the same index. */
export type Round = {
  readonly steps: readonly Step[];
  readonly outcomes: (StepOutcome | undefined)[];
  /** Whether one of them may have done something. */
  hasRun: boolean;
};

/** Steps of the pipeline itself: it has ended, or asks a person. */
export const END = 'done_for_now';
export const ASK = 'ask_person';

/** In `about` of a question: a call that never ran may be left out. */
export const NOT_RUN = 'not_run';

/** Several steps that run at once, as one call. */
export const PARALLEL = 'parallel';

/** Reads the rounds of a pipeline from the events of its thread. */
export function roundsIn(events: readonly Event[]): readonly Round[] {
  const rounds: Round[] = [];
  let state = initial;
  /** The places of the steps of the open call in the last round. */
  let open: readonly number[] = [];
  for (const event of events) {
    const before = state;
    state = reduce(state, event);
    if (state === before) continue;
    if (event.type === 'tool_call') open = openSteps(event.step, rounds);
    if (event.type === 'part_ended') {
      const part = Number(event.part);
      settle(rounds, open.slice(part, part + 1), partOutcome(event));
    }
    const isClosed = before.open && before.open.step && !state.open;
    const last = rounds[rounds.length - 1];
    if (last && isClosed && mayHaveRun(before, event)) last.hasRun = true;
    if (isClosed && before.open.step?.intent === ASK) applyAnswer(rounds, before.open.step, event);
    else if (isClosed && open.length > 1 && event.type === 'human_response')
      settleParts(rounds, open, event.text);
    else if (isClosed) settle(rounds, open, callOutcome(event, before));
  }
  return rounds;
}

/**
 * One answer cannot tell how several steps ended: each is asked about. If the answer lets them run
 * again, only those are that may run once.
 */
function settleParts(rounds: readonly Round[], open: readonly number[], answer: string): void {
  const { steps = [] } = rounds[rounds.length - 1] ?? {};
  const mayRetry = readAnswer(answer) === undefined;
  const asked = open.filter((at) => {
    const options = steps[at]?.['options'];
    return !mayRetry || !isObject(options) || options['onUnknownOutcome'] !== 'retry';
  });
  settle(rounds, asked, {
    kind: 'unknown',
    error: UNKNOWN,
  });
}

/**
 * Adds the round of a new call. A call that repeats unfinished steps belongs to their round.
 * @returns the places of its steps in the round
 */
function openSteps(step: Step, rounds: Round[]): readonly number[] {
  if (step.intent === ASK || step.intent === END) return [];
  const steps = stepsOf(step);
  const last = rounds[rounds.length - 1];
  const isStarted = last?.outcomes.some((outcome) => outcome !== undefined);
  const isOpen = last?.outcomes.includes(undefined);
  if (last && isOpen && isStarted) return placesOf(steps, last);
  // A call that was taken back before it did anything leaves nothing to keep to.
  const before = isOpen ? rounds.pop() : undefined;
  rounds.push({
    steps,
    outcomes: steps.map(() => undefined),
    hasRun: before?.hasRun === true,
  });
  return steps.map((_, index) => index);
}

/** Whether a round is the last one, and has not run: it can be left out. */
export function isSkippable(rounds: readonly Round[], round: Round | undefined): boolean {
  return round !== undefined && round === rounds[rounds.length - 1] && !round.hasRun;
}

/** Finds the unfinished steps of a round. The same step can be there several times. */
function placesOf(steps: readonly Step[], round: Round): readonly number[] {
  const left = round.steps.map((step, at) => ({
    step,
    at,
  }));
  const open = left.filter(({ at }) => round.outcomes[at] === undefined);
  return steps.map((step) => {
    const index = open.findIndex((one) => isSameStep(one.step, step));
    return open.splice(index, 1)[0]?.at ?? -1;
  });
}

/** Returns the steps of a call: one, or several that run at once. */
export function stepsOf(step: Step): readonly Step[] {
  if (step.intent !== PARALLEL) return [step];
  return Array.isArray(step['steps']) ? (step['steps'] as readonly Step[]) : [];
}

/** Whether two steps are the same, except for the options by which they run. */
export function isSameStep(one: Step, other: Step): boolean {
  return isDeepStrictEqual(without(one, 'options'), without(other, 'options'));
}

/** Gives an outcome to those steps of the last round that have none. */
function settle(rounds: readonly Round[], places: readonly number[], outcome?: StepOutcome): void {
  const { outcomes = [] } = rounds[rounds.length - 1] ?? {};
  for (const at of places) if (at in outcomes) outcomes[at] ??= outcome;
}

/**
 * A person says how a step ended, or that it runs again, and with it what came after. `about` is
 * the step.
 */
function applyAnswer(rounds: Round[], { about }: Step, event: Event): void {
  if (event.type !== 'human_response') return;
  if (isObject(about) && about['ended'] === NOT_RUN) {
    if (isSkip(event.text)) rounds.pop();
    return;
  }
  const answer = readAnswer(event.text);
  for (const [at, { steps, outcomes }] of [...rounds.entries()].reverse()) {
    const index = steps.findIndex(
      (step, of) => isAbout(step, about) && isOpenToAnswer(outcomes[of]),
    );
    if (index < 0) continue;
    if (!mayReplace(outcomes[index], answer)) return;
    outcomes[index] = answer;
    rounds.splice(at + 1);
    return;
  }
}

const isAbout = (step: Step, about: unknown) =>
  isObject(about) && isObject(about['step']) && isSameStep(step, about['step'] as Step);

/** Whether a step failed, or a person has told or has to tell how it ended. */
function isOpenToAnswer(outcome: StepOutcome | undefined): boolean {
  return outcome !== undefined && (outcome.kind !== 'result' || outcome.isTold === true);
}

function mayReplace(before: StepOutcome | undefined, answer: StepOutcome | undefined): boolean {
  if (before?.kind === 'result') return answer?.kind === 'result' || answer?.kind === 'failed';
  if (answer === undefined) return true;
  return before?.kind === 'unknown' && answer.kind !== 'unknown';
}

/** Returns the last step of which a person said that it is done. */
export function lastTold(rounds: readonly Round[]): Step | undefined {
  const told = rounds.flatMap(({ steps, outcomes }) =>
    steps.filter((_, at) => {
      const outcome = outcomes[at];
      return outcome?.kind === 'result' && outcome.isTold;
    }),
  );
  return told.slice(-1)[0];
}

/**
 * Returns the message that a pipeline works on: the first one, or if the pipeline ended without a
 * step, the first one after that.
 */
export function messageFor(events: readonly Event[]): EventOf<'message'> | undefined {
  let message: EventOf<'message'> | undefined;
  let isOver = false;
  for (const event of events) {
    if (isWork(event)) return message;
    if (isEnd(event)) isOver = true;
    if (event.type !== 'message' || (message && !isOver)) continue;
    message = event;
    isOver = false;
  }
  return message;
}

/** Whether a pipeline that has run steps has ended before. */
export function hasEndedBefore(events: readonly Event[]): boolean {
  const first = events.findIndex(isWork);
  return first >= 0 && events.slice(first).some(isEnd);
}

const isEnd = (event: Event) => event.type === 'tool_call' && event.step.intent === END;
const isWork = (event: Event) =>
  event.type === 'tool_call' && ![END, ASK].includes(event.step.intent);
