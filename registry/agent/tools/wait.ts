import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { tool } from '../core/tool.ts';

/** An example of a step between others: it gives them time to take effect. */
export const wait = tool({
  schema: z
    .object({ intent: z.literal('wait'), seconds: z.int().min(1).max(60) })
    .describe('Wait, so that the step before has time to take effect.'),
  timeoutMs: 70_000,
  onUnknownOutcome: 'retry',
  async run({ seconds }, { signal }) {
    await setTimeout(seconds * 1_000, undefined, { signal });
    return `waited ${seconds} s`;
  },
});
