import { contextWindow } from '../../registry/agent/core/context.ts';
import type { Event } from '../../registry/agent/core/event.ts';
import { anthropic } from '../../registry/agent/model/anthropic.ts';
import type { Model, ModelRequest } from '../../registry/agent/core/model.ts';
import { openaiCompatible } from '../../registry/agent/model/openai-compatible.ts';
import { openai } from '../../registry/agent/model/openai.ts';
import thread from '../threads/twenty-steps.json' with { type: 'json' };
import { nextStep, system } from '../tokens/tools.ts';

const adapters = { anthropic, openai, 'openai-compatible': openaiCompatible } as const;

/** A provider's API, by the name of our adapter. */
export type Api = keyof typeof adapters;
export const apis = Object.keys(adapters) as Api[];

export const model = 'bench';
export const apiKey = 'bench-key';
export const maxTokens = 32_000;

const events = (thread as readonly Event[]).slice(0, -1);

/** What each contestant asks for: the last step of a thread of twenty. */
export const question = {
  system,
  events,
  blocks: contextWindow()(events),
  schema: nextStep,
} satisfies Omit<ModelRequest, 'signal'>;

/** What the provider answers. */
export const step = {
  intent: 'done_for_now',
  message: '1.4.2 is on staging, and its checks pass.',
} as const;

/** Our adapter for an API that is served at `origin`. */
export const adapterFor = (api: Api, origin: string): Model =>
  adapters[api]({ baseUrl: api === 'anthropic' ? origin : `${origin}/v1`, apiKey, model }, {});
