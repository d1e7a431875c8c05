import { addMessage, joinTexts, streamOf } from './messages.ts';
import type { Message, RunEvent } from './protocol.ts';

/** The text that a client sees while it is written, and the messages that it has. */
export function draftText(messages: Message[]) {
  let id: string | undefined;
  let text = '';
  function* withdraw(): Generator<RunEvent> {
    if (id === undefined) return;
    yield { type: 'TEXT_MESSAGE_END', messageId: id };
    yield {
      type: 'MESSAGES_SNAPSHOT',
      messages: [...messages],
    };
    id = undefined;
    text = '';
  }
  function* write(messageId: string, whole: string): Generator<RunEvent> {
    const goesOn = id === messageId && whole.startsWith(text);
    if (!goesOn) yield* withdraw();
    if (id === undefined)
      yield {
        type: 'TEXT_MESSAGE_START',
        messageId,
        role: 'assistant',
      };
    const delta = whole.slice(text.length);
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
      const final = added.find((message) => message.id === id);
      const isText = final !== undefined && 'content' in final;
      if (!isText) yield* withdraw();
      for (const message of added) {
        if (message === final && isText) {
          yield* write(message.id, final.content);
          yield {
            type: 'TEXT_MESSAGE_END',
            messageId: message.id,
          };
          id = undefined;
          text = '';
        } else {
          yield* streamOf(message);
        }
        addMessage(messages, message);
      }
    },
  };
}
