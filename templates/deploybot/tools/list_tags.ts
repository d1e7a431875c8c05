import * as z from 'zod';
import { tool } from '../core/tool.ts';
import { readTags } from '../target/target.ts';

export const listTags = tool({
  schema: z
    .object({ intent: z.literal('list_tags') })
    .describe('The tags that can be deployed, newest first. You have those of the start.'),
  timeoutMs: 10_000,
  onUnknownOutcome: 'retry',
  run: () => readTags(),
});
