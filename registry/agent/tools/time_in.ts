import * as z from 'zod';
import { tool } from '../core/tool.ts';

/** An example of a tool that only reads. Put your own in its place. */
export const timeIn = tool({
  schema: z
    .object({ intent: z.literal('time_in'), time_zone: z.string() })
    .describe('The time now in an IANA time zone, such as Asia/Tokyo.'),
  timeoutMs: 1_000,
  onUnknownOutcome: 'retry',
  run: ({ time_zone: timeZone }) =>
    Promise.resolve(new Date().toLocaleString('en-GB', { timeZone })),
});
