import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { tool } from '../core/tool.ts';
import { releases } from './list_releases.ts';

export const deploy = tool({
  schema: z
    .object({
      intent: z.literal('deploy'),
      version: z.string(),
      to: z.enum(['staging', 'production']),
    })
    .describe('Deploy a release. Staging comes before production; production needs a person.'),
  timeoutMs: 10_000,
  onUnknownOutcome: 'ask_human',
  /** Put your deployment here, and pass it the key, so that it never deploys twice. */
  async run({ version, to }, { idempotencyKey, signal }) {
    if (!releases.some((release) => release.version === version))
      throw new Error(`there is no release ${version}`);
    await setTimeout(1_000, undefined, { signal });
    return { deployed: version, to, deployment: idempotencyKey };
  },
});
