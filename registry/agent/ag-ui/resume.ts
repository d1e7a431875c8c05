import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { ApprovalBody, ThreadDocument } from '../api/api.ts';
import type { AgentClient } from '../client/client.ts';
import { ApiError } from '../client/request.ts';
import { isPast, type Agent } from '../core/agent.ts';
import { without, type Step } from '../core/event.ts';
import { asksHowItEnded } from '../core/thread.ts';
import { HttpError } from '../server/http-errors.ts';
import { parseInput } from '../server/request-body.ts';
import type { ResumeEntry } from './protocol.ts';

const Approval = z.object({
  approved: z.boolean(),
  comment: z.string().optional(),
  editedArgs: z.record(z.string(), z.unknown()).optional(),
});
const Answer = z.union([z.string(), z.object({ text: z.string() }).transform(({ text }) => text)]);

/** The answer to a request that a person put aside. */
const DISMISSED = 'Dismissed without an answer';

/**
 * Gives the answer of a resume entry to the thread. A request that is not open any longer was
 * answered before: then nothing changes.
 * @returns why the entry was left out, if it was
 * @throws HttpError for a payload that is no answer, ApiError if the answer is not allowed
 */
export async function resume(
  {
    client,
    clock,
  }: {
    readonly client: AgentClient;
    readonly clock: Pick<Agent, 'now'>;
  },
  thread: ThreadDocument,
  entry: ResumeEntry,
): Promise<string | undefined> {
  const { interruptId, status } = entry;
  const { open } = thread;
  if (open?.call_id !== interruptId)
    return wasAsked(thread, interruptId) ? undefined : unknownInterrupt(interruptId);
  // The agent must not go on as if someone had looked: a call may have taken effect, or a budget is
  // used up.
  if (status === 'cancelled' && (asksHowItEnded(open) || open.reason !== undefined))
    return `${interruptId} needs an answer of a person: it stays open.`;
  try {
    await answer(client, thread, entry);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Another person was faster, or the time was over.
    const isClosed = error.open?.call_id !== interruptId || isPast(open.due, clock);
    if (error.status === 409 && isClosed) return undefined;
    if (error.status === 403 && status === 'cancelled') return error.error;
    throw error;
  }
  return undefined;
}

const unknownInterrupt = (id: string) => `${id} is no interrupt of this thread: it was left out.`;

function wasAsked({ events }: ThreadDocument, id: string): boolean {
  return events.some((event) => {
    if (event.type === 'approval' && event.edit?.call_id === id) return true;
    return 'call_id' in event && event.call_id === id;
  });
}

async function answer(client: AgentClient, thread: ThreadDocument, entry: ResumeEntry) {
  const { id, status, open } = thread;
  const { interruptId: call_id, payload } = entry;
  const isCancelled = entry.status === 'cancelled';
  if (status === 'waiting_for_approval') {
    const said = isCancelled ? { approved: false, comment: DISMISSED } : payload;
    const decision = parsePayload(Approval, said);
    await client.approve(id, {
      call_id,
      ...approvalBody(decision, open?.step),
    });
  }
  if (status === 'waiting_for_human') {
    const text = isCancelled ? DISMISSED : parsePayload(Answer, payload);
    await client.respond(id, { call_id, text });
  }
}

function approvalBody(
  { approved, comment, editedArgs }: z.infer<typeof Approval>,
  step: Step | undefined,
): Omit<ApprovalBody, 'call_id'> {
  const said = comment ? { approved, comment } : { approved };
  if (!approved || !editedArgs || !step) return said;
  const isSame = isDeepStrictEqual(editedArgs, without(step, 'intent'));
  return isSame
    ? said
    : {
        ...said,
        step: { ...editedArgs, intent: step.intent },
      };
}

/** @throws HttpError that names the field */
function parsePayload<T>(schema: z.ZodType<T>, payload: unknown): T {
  try {
    return parseInput(schema, payload);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw new HttpError(400, `This payload is no answer: ${error.message}`);
  }
}
