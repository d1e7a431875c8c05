import * as z from 'zod';

/** Asks a person a question: a next step like any other. */
export const requestClarification = {
  awaits: 'answer' as const,
  schema: z
    .object({ intent: z.literal('request_clarification'), question: z.string().min(1) })
    .describe('Ask a person one short question when you cannot go on without the answer.'),
};
