import * as z from 'zod';

/** The version of AG-UI that this code speaks. */
export const PROTOCOL_VERSION = '1.0';

const id = z.string().min(1).max(255);

/**
 * The part of a `RunAgentInput` that is read. A client also sends its history, state, context and
 * tools. They are left out, so that they cannot reach the model.
 */
export const RunInput = z.object({
  threadId: id,
  runId: id,
  /** Clients before 1.0 do not send it. */
  protocolVersion: z.string().optional(),
  messages: z.array(z.unknown()),
  resume: z
    .array(
      z.object({
        interruptId: id,
        status: z.enum(['resolved', 'cancelled']),
        payload: z.unknown().optional(),
      }),
    )
    .default([]),
});
export type RunInput = z.infer<typeof RunInput>;
export type ResumeEntry = RunInput['resume'][number];

const TextPart = z.object({
  type: z.literal('text', 'this agent reads only text'),
  text: z.string(),
});
const joinParts = (parts: readonly z.infer<typeof TextPart>[]) =>
  parts.map(({ text }) => text).join('');

/** A message of a person. Its id is an `Idempotency-Key`, so that it is a part of a header. */
export const UserMessage = z.object({
  id: z.string().regex(/^[\x21-\x7e]{1,200}$/, 'an id has 1 to 200 letters, digits and signs'),
  role: z.literal('user'),
  content: z.union([z.string(), z.array(TextPart).transform(joinParts)]),
});

export type UserMessage = z.infer<typeof UserMessage>;

type ToolCall = {
  readonly id: string;
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly arguments: string;
  };
};

type TextMessage = {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly content: string;
};
export type CallMessage = {
  readonly id: string;
  readonly role: 'assistant';
  readonly toolCalls: readonly [ToolCall];
};
export type ToolResult = {
  readonly id: string;
  readonly role: 'tool';
  readonly toolCallId: string;
  readonly content: string;
};

/** A message as a client keeps it. */
export type Message = TextMessage | CallMessage | ToolResult;

/** A request of a thread to a person. A resume entry answers it by its id. */
export type Interrupt = {
  readonly id: string;
  readonly reason: 'tool_call' | 'input_required';
  readonly message: string;
  readonly toolCallId?: string;
  readonly responseSchema: object;
  readonly expiresAt?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
};

export type Outcome =
  | { readonly type: 'success' | 'cancelled' }
  | {
      readonly type: 'interrupt';
      readonly interrupts: readonly [Interrupt];
    };

type Run = {
  readonly threadId: string;
  readonly runId: string;
};
type InMessage = { readonly messageId: string };
type InCall = { readonly toolCallId: string };

/** An event of a run: those of AG-UI that an agent of this kind sends. */
export type RunEvent =
  | ({ type: 'RUN_STARTED'; protocolVersion: string } & Run)
  | ({ type: 'RUN_FINISHED'; outcome: Outcome } & Run)
  | { type: 'RUN_ERROR'; message: string; code: string }
  | {
      type: 'MESSAGES_SNAPSHOT';
      messages: readonly Message[];
    }
  | ({
      type: 'TEXT_MESSAGE_START';
      role: 'user' | 'assistant';
    } & InMessage)
  | ({
      type: 'TEXT_MESSAGE_CONTENT';
      delta: string;
    } & InMessage)
  | ({ type: 'TEXT_MESSAGE_END' } & InMessage)
  | ({
      type: 'TOOL_CALL_START';
      toolCallName: string;
      parentMessageId: string;
    } & InCall)
  | ({ type: 'TOOL_CALL_ARGS'; delta: string } & InCall)
  | ({ type: 'TOOL_CALL_END' } & InCall)
  | ({
      type: 'TOOL_CALL_RESULT';
      role: 'tool';
      content: string;
    } & InMessage &
      InCall)
  | { type: 'CUSTOM'; name: 'warning'; value: string };
