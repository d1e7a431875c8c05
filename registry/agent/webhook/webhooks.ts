import * as z from 'zod';
import type { Receivers } from './channel.ts';
import type { Webhooks } from './receive.ts';
import { github } from './verify.ts';

const MergedPullRequest = z.object({
  action: z.literal('closed'),
  pull_request: z.object({
    merged: z.literal(true),
    number: z.number(),
    title: z.string(),
    base: z.object({ ref: z.string() }),
  }),
  repository: z.object({ full_name: z.string() }),
});

/** Webhooks that start threads: `github` takes what is sent to /webhooks/github. Edit it. */
export const webhooks: Webhooks = {
  github: {
    verify: github,
    secrets: 'GITHUB_WEBHOOK_SECRET',
    toMessage(payload) {
      const { data } = MergedPullRequest.safeParse(payload);
      if (!data) return undefined;
      const { number, title, base } = data.pull_request;
      const facts = {
        repository: data.repository.full_name,
        number,
        title,
        branch: base.ref,
      };
      return {
        text: 'A pull request was merged. Does it need a release?',
        data: facts,
      };
    },
  },
};

/** Programs that are told how threads go on. `webhook:ops` in people.ts is the one called ops. */
export const receivers: Receivers = {
  // ops: { url: 'https://ops.example.com/agent', secrets: 'OPS_WEBHOOK_SECRET' },
};
