import * as z from 'zod';

/** Ends the turn. The thread waits for the next message. */
export const doneForNow = {
  awaits: 'message' as const,
  schema: z
    .object({ intent: z.literal('done_for_now'), message: z.string().min(1) })
    .describe('Report the result, when the request is fulfilled or cannot be.'),
};
