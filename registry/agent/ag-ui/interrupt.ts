import { isPast, type Agent } from '../core/agent.ts';
import { without } from '../core/event.ts';
import type { OpenCall, State } from '../core/thread.ts';
import { textOf } from './messages.ts';
import type { Interrupt } from './protocol.ts';

/** Returns what a thread needs from a person now, if a person can still answer. */
export function interruptOf(state: State, clock: Pick<Agent, 'now'>): Interrupt | undefined {
  const { status, open } = state;
  // The worker closes a call that is denied or has expired: that is the next event.
  if (!open || isPast(open.due, clock)) return undefined;
  if (status === 'waiting_for_approval') return approvalOf(open);
  if (status === 'waiting_for_human') return questionOf(open);
  return undefined;
}

function approvalOf(open: OpenCall): Interrupt | undefined {
  const { call_id, step, objection } = open;
  if (!step || (objection && 'deny' in objection)) return undefined;
  const asked = objection && 'ask' in objection ? objection : { ask: 'Approve this?' };
  const { ask, ...rule } = asked;
  return {
    id: call_id,
    reason: 'tool_call',
    message: ask,
    toolCallId: call_id,
    responseSchema: approvalSchema,
    metadata: {
      intent: step.intent,
      arguments: without(step, 'intent'),
      ...rule,
    },
    ...expiryOf(open),
  };
}

function questionOf(open: OpenCall): Interrupt {
  const { call_id, step, reason } = open;
  const question = reason ?? (step ? textOf(step) : '');
  return {
    id: call_id,
    reason: 'input_required',
    message: question,
    responseSchema: answerSchema,
    ...(step && {
      metadata: {
        intent: step.intent,
        arguments: without(step, 'intent'),
      },
    }),
    ...expiryOf(open),
  };
}

const expiryOf = ({ due }: OpenCall) => (due === undefined ? {} : { expiresAt: due });

const approvalSchema = {
  type: 'object',
  properties: {
    approved: { type: 'boolean' },
    comment: {
      type: 'string',
      description: 'the agent reads it',
    },
    editedArgs: {
      type: 'object',
      description: 'all arguments, to run with these instead',
    },
  },
  required: ['approved'],
};

const answerSchema = {
  type: 'object',
  properties: { text: { type: 'string', minLength: 1 } },
  required: ['text'],
};
