import { ChatOpenAI } from '@langchain/openai';
import * as z from 'zod';
import { apiKey, model, question } from '../calls/job.ts';
import { play } from '../calls/play.ts';

const schema = z.object({ next_step: question.schema });
const messages = [
  { role: 'system', content: question.system },
  { role: 'user', content: question.blocks.map((text) => ({ type: 'text', text })) },
];

/** The model that a node of LangGraph would call. */
await play((api, origin) => {
  const useResponsesApi = api === 'openai';
  const chat = new ChatOpenAI({
    model,
    apiKey,
    useResponsesApi,
    configuration: { baseURL: `${origin}/v1` },
  });
  const chosen = chat.withStructuredOutput(schema, {
    name: 'next_step',
    method: 'jsonSchema',
    strict: true,
  });
  return async (signal) => (await chosen.invoke(messages, { signal })).next_step;
});
