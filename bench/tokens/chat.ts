import * as z from 'zod';
import type { Event } from '../../registry/agent/core/event.ts';
import { system, tools } from './tools.ts';

type Call = {
  readonly id: string;
  readonly type: 'function';
  readonly function: { name: string; arguments: string };
};
export type Message = {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | null;
  readonly tool_calls?: readonly Call[];
  readonly tool_call_id?: string;
};

type Parameters = {
  readonly properties: Readonly<
    Record<string, { readonly type: string; readonly enum?: string[] }>
  >;
};
type ChatTool = {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly strict: boolean;
    readonly parameters: Parameters;
  };
};

/** The tools as a chat request in OpenAI's format declares them. */
export const chatTools: readonly ChatTool[] = Object.entries(tools).map(
  ([name, { about, fields }]) => {
    const { $schema: _, ...parameters } = z.toJSONSchema(z.object(fields), { io: 'output' });
    return {
      type: 'function',
      function: {
        name,
        description: about,
        strict: true,
        parameters: parameters as unknown as Parameters,
      },
    };
  },
);

/** A thread as the messages of a chat with tools: the same facts, as OpenAI's format has them on the wire. */
export function toChat(events: readonly Event[]): readonly Message[] {
  const rest = events.map(toMessage).filter((message) => message !== undefined);
  return [{ role: 'system', content: system }, ...rest];
}

function toMessage(event: Event): Message | undefined {
  switch (event.type) {
    case 'message':
      return {
        role: 'user',
        content: `${event.from}: ${event.text ?? JSON.stringify(event.data)}`,
      };
    case 'tool_call': {
      const { intent: name, ...args } = event.step;
      const call = {
        id: idOf(event),
        type: 'function' as const,
        function: { name, arguments: JSON.stringify(args) },
      };
      return { role: 'assistant', content: null, tool_calls: [call] };
    }
    case 'tool_result':
      return answer(
        event,
        typeof event.result === 'string' ? event.result : JSON.stringify(event.result),
      );
    case 'tool_error':
      return answer(event, `Error: ${event.error}`);
    case 'human_response':
      return answer(event, `${event.by}: ${event.text}`);
    case 'approval':
      return event.approved
        ? undefined
        : answer(event, `Denied by ${event.by}: ${event.comment ?? ''}`);
    default:
      return undefined;
  }
}

const answer = (event: { readonly call_id: string }, content: string): Message => ({
  role: 'tool',
  tool_call_id: idOf(event),
  content,
});

/** As long, and as unlike words, as the ids that providers give: `call_` and 24 letters and digits. */
function idOf({ call_id }: { readonly call_id: string }): string {
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  let seed = [...call_id].reduce(
    (sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0,
    7,
  );
  const next = () =>
    letters[(seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) % letters.length];
  return `call_${Array.from({ length: 24 }, next).join('')}`;
}
