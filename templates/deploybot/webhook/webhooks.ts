import * as z from 'zod';
import type { Receivers } from './channel.ts';
import type { Webhooks } from './receive.ts';
import { github } from './verify.ts';

/** Only merges to this branch are released. */
const BRANCH = 'main';

const MergedPullRequest = z.object({
  action: z.literal('closed'),
  pull_request: z.object({
    merged: z.literal(true),
    number: z.number(),
    title: z.string(),
    base: z.object({ ref: z.literal(BRANCH) }),
  }),
  repository: z.object({ full_name: z.string() }),
});

/** Webhooks that start pipelines: `github` takes what is sent to /webhooks/github. Edit it. */
export const webhooks: Webhooks = {
  github: {
    verify: github,
    secrets: 'GITHUB_WEBHOOK_SECRET',
    toMessage(payload) {
      const { data } = MergedPullRequest.safeParse(payload);
      if (!data) return undefined;
      const { number, title } = data.pull_request;
      const message = {
        text: `pull request ${number} was merged`,
        data: { repository: data.repository.full_name, title },
      };
      return 'github' in receivers ? { ...message, reply_to: 'github' } : message;
    },
  },
};

/** Programs that are told how threads go on. This one could comment on the pull request. */
export const receivers: Receivers = {
  // github: { url: 'https://ci.example.com/deploybot', secrets: 'CI_WEBHOOK_SECRET' },
};
