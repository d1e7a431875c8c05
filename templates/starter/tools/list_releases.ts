import * as z from 'zod';
import { tool } from '../core/tool.ts';

/** An example of what your release registry returns. */
export const releases = [
  { version: '1.4.2', date: '2026-11-18', notes: 'Webhooks are retried' },
  { version: '1.4.1', date: '2026-11-02', notes: 'Faster start' },
  { version: '1.4.0', date: '2026-10-20', notes: 'New billing page' },
];

export const listReleases = tool({
  schema: z
    .object({ intent: z.literal('list_releases') })
    .describe('The releases there are, newest first.'),
  timeoutMs: 10_000,
  onUnknownOutcome: 'retry',
  run: () => Promise.resolve(releases),
});
