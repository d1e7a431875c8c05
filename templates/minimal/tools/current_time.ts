import * as z from 'zod';
import { tool } from '../core/tool.ts';

export const currentTime = tool({
  schema: z
    .object({ intent: z.literal('current_time'), time_zone: z.string() })
    .describe('The time now in an IANA time zone, e.g. Europe/Berlin.'),
  timeoutMs: 1_000,
  onUnknownOutcome: 'retry',
  run: ({ time_zone: timeZone }) =>
    Promise.resolve(new Date().toLocaleString('en-GB', { timeZone })),
});
