import { Agent, type Model, Runner, setTracingDisabled, tool, Usage } from '@openai/agents';
import * as z from 'zod';
import { answer, play } from '../agents/play.ts';

setTracingDisabled(true);
let ran = 0;
const read = tool({
  name: 'read',
  description: 'Read.',
  parameters: z.object({}),
  execute: async () => (ran++, JSON.stringify(answer)),
});
const done = {
  type: 'message' as const,
  role: 'assistant' as const,
  status: 'completed' as const,
  content: [{ type: 'output_text' as const, text: 'done' }],
};

await play(async (steps) => {
  let asked = 0;
  const before = ran;
  const model: Model = {
    getResponse: async () => ({
      usage: new Usage(),
      output: [asked++ < steps ? call(asked) : done],
    }),
    getStreamedResponse() {
      throw new Error('Nothing streams here.');
    },
  };
  const agent = new Agent({ name: 'bench', instructions: 'Play.', model, tools: [read] });
  await new Runner({ tracingDisabled: true }).run(agent, 'go', { maxTurns: steps + 2 });
  return ran - before;
});

function call(count: number) {
  return {
    type: 'function_call' as const,
    callId: `c${count}`,
    name: 'read',
    status: 'completed' as const,
    arguments: '{}',
  };
}
