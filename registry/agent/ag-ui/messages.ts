import { without, type Call, type Event, type Step } from '../core/event.ts';
import { parseJson } from '../core/json.ts';
import { initial, reduce, type State } from '../core/thread.ts';
import type { CallMessage, Message, RunEvent, ToolResult } from './protocol.ts';

/** A thread as far as it was shown. `pending` is the tool call that has no result yet. */
export type Shown = {
  readonly id: string;
  readonly version: number;
  readonly state: State;
  readonly pending?: string | undefined;
};

export function nothingShown(id: string): Shown {
  return { id, version: 0, state: initial };
}

/**
 * Shows the next event of a thread: returns the messages that it adds. The id of a message is that
 * of the thread with the place of the event, so that a second run has the same messages.
 */
export function show(shown: Shown, event: Event): { next: Shown; added: readonly Message[] } {
  const { id, version, pending } = shown;
  const state = reduce(shown.state, event);
  const isClosed = pending !== undefined && state.open?.call_id !== pending;
  const result = isClosed ? [toolResult(pending, event)] : [];
  // An event that came too late changes nothing.
  const counts = state !== shown.state;
  const own = counts ? messageOf(event, `${id}:${version}`, isClosed) : undefined;
  const call = own && 'toolCalls' in own ? own.id : undefined;
  const still = isClosed ? undefined : pending;
  const next = {
    id,
    version: version + 1,
    state,
    pending: call ?? still,
  };
  return { next, added: own ? [...result, own] : result };
}

function messageOf(event: Event, id: string, closesCall: boolean): Message | undefined {
  switch (event.type) {
    case 'message': {
      const content = event.text ?? JSON.stringify(event.data);
      return {
        id: clientIdOf(event.idempotency_key) ?? id,
        role: 'user',
        content,
      };
    }
    case 'tool_call':
      return callMessage(event, id);
    case 'approval':
      return event.edit && callMessage(event.edit, id);
    case 'human_response':
      // The answer to how a call ended is the result of that call.
      return closesCall ? undefined : { id, role: 'user', content: event.text };
    case 'handed_over':
      return {
        id,
        role: 'assistant',
        content: event.reason,
      };
    default:
      return undefined;
  }
}

function callMessage({ call_id, step, awaits }: Call, id: string): Message {
  if (awaits === 'answer' || awaits === 'message')
    return { id, role: 'assistant', content: textOf(step) };
  const call = {
    name: step.intent,
    arguments: JSON.stringify(without(step, 'intent')),
  };
  const toolCalls = [{ id: call_id, type: 'function', function: call }] as const;
  return { id: call_id, role: 'assistant', toolCalls };
}

/** Returns the texts of a step, in their order; its arguments as JSON if it has none. */
export function textOf(step: Step): string {
  const args = without(step, 'intent');
  const texts = Object.values(args).filter((value) => typeof value === 'string');
  if (texts.length > 0) return joinTexts(texts);
  return Object.keys(args).length > 0 ? JSON.stringify(args) : '';
}

export const joinTexts = (texts: readonly string[]) => texts.join('\n\n');

function toolResult(toolCallId: string, event: Event): ToolResult {
  const content = resultOf(event);
  return {
    id: `${toolCallId}:result`,
    role: 'tool',
    toolCallId,
    content,
  };
}

/** Says how a call ended. */
function resultOf(event: Event): string {
  switch (event.type) {
    case 'tool_result':
      return typeof event.result === 'string' ? event.result : JSON.stringify(event.result ?? null);
    case 'tool_error':
      return `Error: ${event.error}`;
    case 'approval':
      return withReason(`${event.edit ? 'Edited' : 'Denied'} by ${event.by}`, event.comment);
    case 'human_response':
      return event.text;
    case 'expired':
      return 'No answer in time.';
    case 'cancelled':
      return withReason(`Cancelled by ${event.by}`, event.reason);
    case 'message':
      return `Taken back: ${event.from} wrote instead.`;
    default:
      return 'No longer open.';
  }
}

const withReason = (said: string, reason?: string) => (reason ? `${said}: ${reason}` : `${said}.`);

const KEY = 'ag-ui ';

/** Returns the key under which the message of a client is saved once. */
export const keyOf = (messageId: string) => KEY + messageId;

/** Returns the client's id of a message, if a client of AG-UI sent it. */
function clientIdOf(key = ''): string | undefined {
  const parts = parseJson(key);
  const own: unknown = Array.isArray(parts) ? parts[1] : undefined;
  return typeof own === 'string' && own.startsWith(KEY) ? own.slice(KEY.length) : undefined;
}

/** Adds a message where a client puts it: a result follows its call. */
export function addMessage(messages: Message[], message: Message): void {
  if (message.role === 'tool') messages.splice(placeAfter(messages, message), 0, message);
  else messages.push(message);
}

/** Returns the place after a call. It is near the end, and a thread can be long. */
function placeAfter(messages: readonly Message[], { toolCallId }: ToolResult): number {
  for (let place = messages.length; place > 0; place -= 1)
    if (messages[place - 1]?.id === toolCallId) return place;
  return messages.length;
}

/** Returns the events by which a client gets a tool call, or its result. */
export function streamOf(message: ToolResult | CallMessage): readonly RunEvent[] {
  const { id: messageId, role } = message;
  if (role === 'tool') {
    const { toolCallId, content } = message;
    return [
      {
        type: 'TOOL_CALL_RESULT',
        messageId,
        toolCallId,
        content,
        role,
      },
    ];
  }
  const [{ id: toolCallId, function: call }] = message.toolCalls;
  const { name: toolCallName, arguments: delta } = call;
  const started = {
    toolCallId,
    toolCallName,
    parentMessageId: messageId,
  };
  return [
    { type: 'TOOL_CALL_START', ...started },
    { type: 'TOOL_CALL_ARGS', toolCallId, delta },
    { type: 'TOOL_CALL_END', toolCallId },
  ];
}
