import type { ThreadDocument } from '../api/api.ts';
import type { AgentClient } from '../client/client.ts';
import { ApiError } from '../client/request.ts';
import type { Agent } from '../core/agent.ts';
import { isObject } from '../core/event.ts';
import type { State } from '../core/thread.ts';
import { changesOf } from './changes.ts';
import { draftText } from './draft-text.ts';
import { interruptOf } from './interrupt.ts';
import { addMessage, nothingShown, show, type Shown } from './messages.ts';
import { PROTOCOL_VERSION, type Message, type RunEvent, type RunInput } from './protocol.ts';

export type RunOptions = {
  readonly client: AgentClient;
  readonly clock: Pick<Agent, 'now'>;
  readonly input: RunInput;
  /** Say which answers were left out, and why. */
  readonly warnings: readonly string[];
  /** Fires if the client is gone: nothing is sent then. */
  readonly gone: AbortSignal;
  /** Fires if the server stops. */
  readonly stopping: AbortSignal;
};

/**
 * Shows a thread as one run: as it stands, and then what happens until it waits for a person or has
 * ended. The thread goes on without the run.
 */
export async function* runThread(
  options: RunOptions,
  thread: ThreadDocument | undefined,
): AsyncGenerator<RunEvent> {
  const { input, warnings } = options;
  const { threadId, runId } = input;
  yield {
    type: 'RUN_STARTED',
    threadId,
    runId,
    protocolVersion: PROTOCOL_VERSION,
  };
  for (const value of warnings) yield { type: 'CUSTOM', name: 'warning', value };
  const messages: Message[] = [];
  let shown = nothingShown(thread?.id ?? '');
  for (const event of thread?.events ?? []) {
    const { next, added } = show(shown, event);
    for (const message of added) addMessage(messages, message);
    shown = next;
  }
  // A client keeps the order of what it has, and puts the rest at the end.
  if (!isStart(input.messages, messages)) yield { type: 'MESSAGES_SNAPSHOT', messages: [] };
  yield {
    type: 'MESSAGES_SNAPSHOT',
    messages: [...messages],
  };
  try {
    const end = endOf(shown.state, options) ?? (yield* followThread(options, shown, messages));
    yield end;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    yield {
      type: 'RUN_ERROR',
      message: error.error,
      code: String(error.status),
    };
  }
}

/** Whether a client has the first messages, and none of the others. */
function isStart(known: readonly unknown[], messages: readonly Message[]): boolean {
  const ids = messages.map(({ id }) => id);
  // A client can send many thousands of messages.
  const own: ReadonlySet<unknown> = new Set(ids);
  const kept = known.map((message) => isObject(message) && message['id']);
  return kept.filter((id) => own.has(id)).every((id, place) => id === ids[place]);
}

/** Yields what happens after `shown`. @returns the event that ends the run */
async function* followThread(
  options: RunOptions,
  start: Shown,
  messages: Message[],
): AsyncGenerator<RunEvent, RunEvent> {
  let shown = start;
  const draft = draftText(messages);
  const { client, gone, stopping } = options;
  for await (const change of changesOf(client, shown, gone, stopping)) {
    if ('texts' in change) {
      yield* draft.show(`${shown.id}:${shown.version}`, change.texts);
      continue;
    }
    const { next, added } = show(shown, change.event);
    shown = next;
    yield* draft.settle(added);
    const end = endOf(shown.state, options);
    if (end) return end;
  }
  return {
    type: 'RUN_ERROR',
    message: 'The run was cut off. Run again to see how it goes on.',
    code: 'cut_off',
  };
}

/** Returns the event that ends a run in this state; undefined while something happens. */
function endOf(state: State, { clock, input }: RunOptions): RunEvent | undefined {
  const { threadId, runId, protocolVersion } = input;
  const finished = {
    type: 'RUN_FINISHED',
    threadId,
    runId,
  } as const;
  const interrupt = interruptOf(state, clock);
  if (interrupt)
    return {
      ...finished,
      outcome: {
        type: 'interrupt',
        interrupts: [interrupt],
      },
    };
  switch (state.status) {
    case 'done':
      return { ...finished, outcome: { type: 'success' } };
    case 'cancelled':
      if (protocolVersion !== undefined)
        return {
          ...finished,
          outcome: { type: 'cancelled' },
        };
      // A client before 1.0 fails if it gets an outcome that it does not know.
      return {
        type: 'RUN_ERROR',
        message: 'The thread was cancelled.',
        code: 'cancelled',
      };
    case 'failed':
      return {
        type: 'RUN_ERROR',
        message: 'A request was not answered in time.',
        code: 'expired',
      };
    default:
      return undefined;
  }
}
