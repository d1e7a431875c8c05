import { addMessage, joinTexts, streamOf } from './messages.ts';
import type { Message, RunEvent } from './protocol.ts';

/** The text that a client sees while it is written, and the messages that it has. */
export function draftText(messages: Message[]) {
  let id: string | undefined;
  let text = '';
  function* end(messageId: string): Generator<RunEvent> {
    yield { type: 'TEXT_MESSAGE_END', messageId };
    id = undefined;
    text = '';
  }
  function* withdraw(): Generator<RunEvent> {
    if (id === undefined) return;
    yield* end(id);
    yield {
      type: 'MESSAGES_SNAPSHOT',
      messages: [...messages],
    };
  }
  function* write(
    messageId: string,
    whole: string,
    role: 'user' | 'assistant' = 'assistant',
  ): Generator<RunEvent> {
    const goesOn = id === messageId && whole.startsWith(text);
    if (!goesOn) yield* withdraw();
    if (id === undefined)
      yield {
        type: 'TEXT_MESSAGE_START',
        messageId,
        role,
      };
    const delta = whole.slice(text.length);
    // Clients before 1.0 fail if it is empty.
    if (delta)
      yield {
        type: 'TEXT_MESSAGE_CONTENT',
        messageId,
        delta,
      };
    id = messageId;
    text = whole;
  }
  return {
    /** Shows a draft. No texts: it is withdrawn. */
    *show(messageId: string, texts: readonly string[]): Generator<RunEvent> {
      if (texts.length === 0) yield* withdraw();
      else yield* write(messageId, joinTexts(texts));
    },
    /** Adds saved messages. They take the place of the draft. */
    *settle(added: readonly Message[]): Generator<RunEvent> {
      const isText = added.some((message) => message.id === id && !('toolCalls' in message));
      if (!isText) yield* withdraw();
      for (const message of added) {
        if (message.role === 'tool' || 'toolCalls' in message) yield* streamOf(message);
        else {
          yield* write(message.id, message.content, message.role);
          yield* end(message.id);
        }
        addMessage(messages, message);
      }
    },
  };
}
