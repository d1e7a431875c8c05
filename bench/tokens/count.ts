import type { Event } from '../../registry/agent/core/event.ts';
import { contextWindow } from '../../registry/agent/core/context.ts';
import { toStrictSchema } from '../../registry/agent/model/json-schema.ts';
import { chatTools, type Message, toChat } from './chat.ts';
import { nextStep, system } from './tools.ts';

/** How many tokens a text is. */
export type Size = (text: string) => number;
export type Sizes = { readonly ours: number; readonly wire: number; readonly billed: number };

/** What a provider adds around two messages, instructions and context, as `billedMessages` counts it for a chat. */
const frame = 3 + 2 * (3 + 1);

/** One thread, as it is sent for its next step: by us; as a chat's JSON; and as a provider is thought to bill that chat. */
export function sizesOf(events: readonly Event[], size: Size): Sizes {
  const messages = toChat(events);
  const ours = [
    system,
    JSON.stringify(toStrictSchema(nextStep)),
    contextWindow()(events).join('\n'),
  ];
  return {
    ours: ours.reduce((sum, part) => sum + size(part), frame),
    wire: size(JSON.stringify({ messages, tools: chatTools })),
    billed: billedMessages(messages, size) + billedTools(size),
  };
}

/** Three tokens a message and three for the answer's start; four a call. */
function billedMessages(messages: readonly Message[], size: Size): number {
  const one = ({ role, content, tool_calls = [] }: Message) =>
    3 +
    size(role) +
    size(content ?? '') +
    tool_calls.reduce(
      (sum, { function: called }) => sum + 4 + size(called.name) + size(called.arguments),
      0,
    );
  return messages.reduce((sum, message) => sum + one(message), 3);
}

/** By the constants that OpenAI's cookbook found for gpt-4o: providers bill tools in a shorter form than JSON. */
function billedTools(size: Size): number {
  const declared = chatTools.map(({ function: { name, description, parameters } }) => {
    const properties = Object.entries(parameters.properties);
    const fields = properties.map(
      ([field, { type, enum: values }]) =>
        3 +
        size(`${field}:${type}:`) +
        (values ?? []).reduce((sum, value) => sum + 3 + size(value), values ? -3 : 0),
    );
    return (
      7 +
      size(`${name}:${description}`) +
      (fields.length > 0 ? 3 : 0) +
      fields.reduce((sum, field) => sum + field, 0)
    );
  });
  return declared.reduce((sum, one) => sum + one, 12);
}

export type Reuse = {
  readonly sent: number;
  readonly cached: number;
  readonly steps: number;
  readonly whole: number;
};

/**
 * Replays a thread event by event. At each step: how much of the context was the one before, block for block; and in
 * how many steps (`whole`) the one before was reused from its start to its end.
 */
export function reuseOf(events: readonly Event[], size: Size): Reuse {
  const context = contextWindow();
  const windows = events.flatMap((event, at) =>
    event.type === 'tool_call' ? [context(events.slice(0, at))] : [],
  );
  const tokens = (blocks: readonly string[]) =>
    blocks.reduce((sum, block) => sum + size(`${block}\n`), 0);
  return windows.reduce<Reuse>(
    ({ sent, cached, steps, whole }, window, at) => {
      const before = windows[at - 1] ?? [];
      const changed = window.findIndex((block, index) => block !== before[index]);
      const same = window.slice(0, changed === -1 ? window.length : changed);
      return {
        sent: sent + tokens(window),
        cached: cached + tokens(same),
        steps: steps + 1,
        whole: whole + (same.length >= before.length ? 1 : 0),
      };
    },
    { sent: 0, cached: 0, steps: 0, whole: 0 },
  );
}
