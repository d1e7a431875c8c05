import { AIMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import * as z from 'zod';
import { answer, play } from '../agents/play.ts';

let [asked, ran, wanted] = [0, 0, 0];
const read = tool(async () => (ran++, JSON.stringify(answer)), {
  name: 'read',
  description: 'Read.',
  schema: z.object({}),
});

async function model() {
  const call = { id: `c${asked}`, name: 'read', args: {}, type: 'tool_call' as const };
  return { messages: [new AIMessage(asked++ < wanted ? { content: '', tool_calls: [call] } : 'done')] };
}

/** Without a checkpointer, so that it keeps nothing: with one it takes several times as long. */
const graph = new StateGraph(MessagesAnnotation)
  .addNode('model', model)
  .addNode('tools', new ToolNode([read]))
  .addEdge(START, 'model')
  .addConditionalEdges('model', ({ messages }) => ((messages.at(-1) as AIMessage).tool_calls?.length ? 'tools' : END))
  .addEdge('tools', 'model')
  .compile();

await play(async (steps) => {
  [asked, wanted] = [0, steps];
  const before = ran;
  await graph.invoke({ messages: [{ role: 'user', content: 'go' }] }, { recursionLimit: 2 * steps + 10 });
  return ran - before;
});
