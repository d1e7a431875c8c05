import { generateText, isStepCount, tool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import * as z from 'zod';
import { answer, play } from '../agents/play.ts';

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

let ran = 0;
const read = tool({
  description: 'Read.',
  inputSchema: z.object({}),
  execute: async () => (ran++, answer),
});

await play(async (steps) => {
  let asked = 0;
  const before = ran;
  const call = () => ({
    type: 'tool-call' as const,
    toolCallId: `c${asked}`,
    toolName: 'read',
    input: '{}',
  });
  const model = new MockLanguageModelV4({
    doGenerate: async () =>
      asked++ < steps
        ? {
            content: [call()],
            finishReason: { unified: 'tool-calls', raw: undefined },
            usage,
            warnings: [],
          }
        : {
            content: [{ type: 'text', text: 'done' }],
            finishReason: { unified: 'stop', raw: undefined },
            usage,
            warnings: [],
          },
  });
  await generateText({ model, tools: { read }, stopWhen: isStepCount(steps + 1), prompt: 'go' });
  return ran - before;
});
