import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, Output } from 'ai';
import * as z from 'zod';
import { type Api, apiKey, maxTokens, model, question } from '../calls/job.ts';
import { play } from '../calls/play.ts';

const { system: instructions, blocks } = question;
const content = blocks.map((text) => ({ type: 'text' as const, text }));
const asked = {
  instructions,
  messages: [{ role: 'user' as const, content }],
  output: Output.object({ schema: z.object({ next_step: question.schema }) }),
  maxOutputTokens: maxTokens,
  // It takes a model that it does not know for one without structured outputs.
  providerOptions: { anthropic: { structuredOutputMode: 'outputFormat' as const } },
};

await play((api, origin) => {
  const chosen = modelFor(api, `${origin}/v1`);
  return async (abortSignal) =>
    (await generateText({ ...asked, model: chosen, abortSignal })).output.next_step;
});

function modelFor(api: Api, baseURL: string) {
  if (api === 'anthropic') return createAnthropic({ baseURL, apiKey })(model);
  if (api === 'openai') return createOpenAI({ baseURL, apiKey })(model);
  return createOpenAICompatible({
    name: 'bench',
    baseURL,
    apiKey,
    supportsStructuredOutputs: true,
  })(model);
}
