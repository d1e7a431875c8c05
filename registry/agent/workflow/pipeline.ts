import * as z from 'zod';
import type { Agent, SmallAgent } from '../core/agent.ts';
import { oneLine } from '../core/errors.ts';
import { isObject, without, type Step } from '../core/event.ts';
import type { Model } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import { strictest } from '../core/strictest.ts';
import type { Action } from '../core/tool.ts';
import { HOW_TO_ANSWER } from './answers.ts';
import type { Pipeline } from './flow.ts';
import { ASK, END, hasEndedBefore, isSkippable, lastTold, messageFor } from './history.ts';
import { NOT_RUN, PARALLEL, roundsIn, stepsOf, type Round } from './history.ts';
import { replay, StepFailed, type Standing } from './replay.ts';
import { actionOf } from './run-steps.ts';

const HAS_ENDED = 'This pipeline has ended. Start a new thread for another one.';

type Rules = Omit<Policy, 'approvers' | 'groups'>;

/** An agent whose model is code, for `agents` in `agent.ts`. */
export function pipelineAgent(
  pipeline: Pipeline,
  policy: Rules,
): SmallAgent & Pick<Agent, 'model' | 'context'> {
  return {
    prompt: '',
    tools: {
      schema: z.looseObject({ intent: z.string() }),
      actionFor: actionFor(pipeline),
    },
    policy: {
      ...policy,
      needsApproval: approvalFor(policy),
    },
    model: modelOf(pipeline),
    context: () => [],
  };
}

/** The model of a pipeline: its next step is what the code asks for next. */
function modelOf(pipeline: Pipeline): Model {
  const model: Model = async ({ events, signal }) => {
    const message = messageFor(events);
    if (!message)
      return {
        step: undefined,
        error: 'a pipeline starts with a message',
      };
    const rounds = roundsIn(events);
    const standing = await replay(pipeline, message, rounds, signal);
    const step = nextStep(standing, rounds);
    const isRepeated = step.intent === END && hasEndedBefore(events);
    return {
      step: isRepeated ? { intent: END, message: HAS_ENDED } : step,
    };
  };
  return Object.assign(model, {
    scripted: { about: 'It is a pipeline.', example: '' },
  });
}

function nextStep(standing: Standing, rounds: readonly Round[]): Step {
  switch (standing.kind) {
    case 'wants': {
      const steps = standing.steps.map(({ step }) => step);
      const [only] = steps;
      return only && steps.length === 1 ? only : { intent: PARALLEL, steps };
    }
    case 'returned':
      return endOf(standing.value);
    case 'threw':
      return askAboutFailure(standing.error, lastTold(rounds));
    case 'unknown': {
      const question = `It is unknown whether ${nameOf(standing.step)} took effect. Please check.`;
      return {
        intent: ASK,
        question: `${question} ${HOW_TO_ANSWER}`,
        about: { step: standing.step, ended: 'unknown' },
      };
    }
    case 'changed':
      return askAboutChange(standing, rounds);
    default:
      return standing satisfies never;
  }
}

function endOf(value: unknown): Step {
  if (typeof value === 'string') return { intent: END, message: value };
  if (value === undefined) return { intent: END, message: 'done' };
  if (isObject(value) && typeof value['message'] === 'string') return { ...value, intent: END };
  return {
    intent: END,
    message: JSON.stringify(value),
    result: value,
  };
}

function askAboutFailure(error: unknown, told: Step | undefined): Step {
  if (error instanceof StepFailed) {
    const failed = `${nameOf(error.step)} ${error.denied ? 'was denied' : 'failed'}`;
    const question = `${failed}: ${oneLine(error)}. Answer "retry" to run it again, or cancel.`;
    return {
      intent: ASK,
      question,
      about: { step: error.step, ended: 'failed' },
    };
  }
  const question = `The pipeline failed: ${oneLine(error)}. Fix its code, and answer "retry".`;
  if (!told) return { intent: ASK, question };
  const again = `Or say again how ${nameOf(told)} ended: "done" and its result as JSON.`;
  const about = { step: told, ended: 'unknown' };
  return {
    intent: ASK,
    question: `${question} ${again}`,
    about,
  };
}

function askAboutChange(
  { recorded, now }: Standing & { readonly kind: 'changed' },
  rounds: readonly Round[],
): Step {
  const before = recorded.map(nameOf).join(', ');
  const after = now.map(nameOf).join(', ') || 'nothing';
  const at = rounds.findIndex(({ steps }) => steps === recorded);
  const what = `Its call ${at + 1} was ${before}, and now the code asks for ${after}.`;
  const question = `The pipeline has changed. ${what}`;
  const back = 'bring back the earlier code and answer "retry", or cancel the thread.';
  if (!isSkippable(rounds, rounds[at]))
    return {
      intent: ASK,
      question: `${question} Please ${back}`,
    };
  const skip = 'That call never ran: answer "skip" to go on without it.';
  return {
    intent: ASK,
    question: `${question} ${skip} Or ${back}`,
    about: { ended: NOT_RUN },
  };
}

/** A step in a sentence. */
function nameOf(step: Step): string {
  const args = without(without(step, 'intent'), 'options');
  return Object.keys(args).length === 0 ? step.intent : `${step.intent} ${JSON.stringify(args)}`;
}

function actionFor(pipeline: Pipeline) {
  return (step: Step): Action => {
    if (step.intent === END) return { awaits: 'message' };
    if (step.intent === ASK) return { awaits: 'answer' };
    return actionOf(pipeline, step);
  };
}

/** Steps at once are approved as one: the strictest rule of them counts. */
function approvalFor({ needsApproval }: Rules): Rules['needsApproval'] {
  return (step, state, thread) =>
    strictest(stepsOf(step), (one) => needsApproval(one, state, thread));
}
