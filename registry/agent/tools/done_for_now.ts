import * as z from 'zod';

/** The end of a turn: the agent rests until somebody says something. */
export const doneForNow = {
  awaits: 'message' as const,
  schema: z
    .object({ intent: z.literal('done_for_now'), message: z.string().min(1) })
    .describe('Say what came of it, when the request is fulfilled or cannot be.'),
};
