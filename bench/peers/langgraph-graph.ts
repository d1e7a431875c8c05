import { AIMessage, type BaseMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import {
  type BaseCheckpointSaver,
  END,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import * as z from 'zod';
import { answer } from '../agents/play.ts';

/** A graph that asks for its tool while `wants` says so, then is done. `ran` counts what the tool did. */
export function toGraph(
  wants: (messages: readonly BaseMessage[]) => boolean,
  checkpointer?: BaseCheckpointSaver,
) {
  const count = { ran: 0 };
  const read = tool(async () => (count.ran++, JSON.stringify(answer)), {
    name: 'read',
    description: 'Read.',
    schema: z.object({}),
  });
  const model = async ({ messages }: { messages: BaseMessage[] }) => {
    const call = { id: `c${messages.length}`, name: 'read', args: {}, type: 'tool_call' as const };
    return {
      messages: [new AIMessage(wants(messages) ? { content: '', tool_calls: [call] } : 'done')],
    };
  };
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('model', model)
    .addNode('tools', new ToolNode([read]))
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) =>
      (messages.at(-1) as AIMessage).tool_calls?.length ? 'tools' : END,
    )
    .addEdge('tools', 'model')
    .compile({ ...(checkpointer && { checkpointer }) });
  return { graph, count };
}
