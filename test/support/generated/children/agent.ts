import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerPages } from '../../../../registry/agent/approve-link/answer-pages.ts';
import { fileStore } from '../../../../registry/agent/store/file.ts';
import { memoryStore } from '../../../../registry/agent/store/memory.ts';
import type { Model } from '../../../../registry/agent/core/model.ts';
import { toyAgent } from '../../../../registry/agent/testing/toy-agent.ts';
import { wakeTrigger } from '../../../../registry/agent/wake/trigger.ts';
import type { Webhook } from '../../../../registry/agent/webhook/receive.ts';
import { webhookTrigger } from '../../../../registry/agent/webhook/trigger.ts';
import { github, standardWebhooks, stripe } from '../../../../registry/agent/webhook/verify.ts';

/**
 * An agent for projects of tests. Its model plays the steps that the first message of a thread has
 * as JSON, and its tools leave a line with their key in the file `EFFECTS`. `SKEW_MS` is how far
 * its clock is ahead.
 */
const {
  STORE = 'memory',
  THREADS = '',
  EFFECTS,
  SKEW_MS = '0',
  TOOL_MS = '0',
  MODEL_MS = '0',
} = process.env;
const {
  TOOL_TIMEOUT_MS = '60000',
  UNKNOWN = 'retry',
  MODEL,
  LINK_SECRETS,
  HOOK_SECRET,
  WAKE_SECRET,
} = process.env;
// A tool leaves a promise behind that is rejected with it, throws it in a timer, or fails with it.
const { STRAY_TOKEN, THROWN_TOKEN, FAILED_TOKEN } = process.env;

const stores = {
  memory: async () => memoryStore(),
  file: async () => fileStore(THREADS),
  sqlite: async () =>
    (await import('../../../../registry/agent/store/sqlite.ts')).sqliteStore(THREADS),
  postgres: async () =>
    (await import('../../../../registry/agent/store/postgres.ts')).postgresStore(
      undefined,
      THREADS,
    ),
  redis: async () =>
    (await import('../../../../registry/agent/store/redis.ts')).redisStore(undefined, THREADS),
};
const open = Object.entries(stores).find(([name]) => name === STORE)?.[1];
if (!open) throw new Error(`There is no store ${STORE}.`);

const { agent: toy, ran } = toyAgent([], {
  store: await open(),
  onUnknownOutcome: UNKNOWN === 'retry' ? 'retry' : 'ask_human',
  timeoutMs: Number(TOOL_TIMEOUT_MS),
  async run({ idempotencyKey, signal }) {
    // Nobody reads it here, and a server that lives for hours would keep it.
    ran.length = 0;
    if (EFFECTS) appendFileSync(EFFECTS, `${idempotencyKey}\n`);
    if (STRAY_TOKEN) void Promise.reject(new Error(`the audit failed: ${STRAY_TOKEN}`));
    if (THROWN_TOKEN) setTimeout(() => raise(THROWN_TOKEN), 0);
    if (FAILED_TOKEN) throw new Error(`${'x'.repeat(280)} ${FAILED_TOKEN}`);
    await sleep(Number(TOOL_MS), undefined, { signal });
    return 'ok';
  },
});

const model: Model = async ({ events, signal }) => {
  await sleep(Number(MODEL_MS), undefined, { signal });
  const [first] = events;
  const steps: unknown[] =
    first?.type === 'message' && first.text?.startsWith('[') ? JSON.parse(first.text) : [];
  return {
    step: steps[events.filter(({ type }) => type === 'tool_call').length] ?? { intent: 'done' },
  };
};
const models: Readonly<Record<string, object>> = {
  missing: { missing: () => ['MODEL_KEY'] },
  'stands in': { scripted: { about: 'a toy', example: 'go', instead: 'set MODEL_KEY' } },
};

/** With `HOOK_SECRET`, it takes webhooks of each scheme. */
const hook: Omit<Webhook, 'verify'> = {
  secrets: 'HOOK_SECRET',
  toMessage: (data) => ({ text: '[]', data }),
};
const webhooks = webhookTrigger({
  github: { ...hook, verify: github },
  standard: { ...hook, verify: standardWebhooks },
  stripe: { ...hook, verify: stripe },
});

export const agent: typeof toy = {
  ...toy,
  policy: { ...toy.policy, approvers: ['ada', 'local', 'api'] },
  model: Object.assign(model, models[MODEL ?? '']),
  now: () => Date.now() + Number(SKEW_MS),
  triggers: {
    ...(HOOK_SECRET && { webhooks }),
    ...(WAKE_SECRET && { wake: wakeTrigger }),
    ...(LINK_SECRETS && { answer: answerPages({ accountsOf: (name) => [name] }) }),
  },
};

function raise(secret: string): never {
  throw new Error(`a timer failed: ${secret}`);
}
