import { HttpAgent } from '@ag-ui/client';
import type { BaseEvent, Interrupt, Message, RunFinishedOutcome } from '@ag-ui/core';
import { EventSchema } from '@ag-ui/core/schemas';

/** What a run told a front end: the types of its events, and how it ended. */
export type Run = {
  readonly types: readonly string[];
  readonly outcome: RunFinishedOutcome | undefined;
  /** The message of RUN_ERROR, or of a request that failed. */
  readonly error: string | undefined;
  readonly warnings: readonly string[];
};

/** The official client of AG-UI, as a front end uses it. */
export function frontEnd(
  url: string,
  as = 'ada',
  threadId = 'chat-1',
  onEvent: (event: BaseEvent) => void = () => undefined,
) {
  const headers = { 'x-user': as };
  const agent = new HttpAgent({ url: `${url}/ag-ui`, threadId, headers, fetch: fetchToTheEnd });
  let ids = 0;
  async function run(parameters: Parameters<typeof agent.runAgent>[0] = {}): Promise<Run> {
    const types: string[] = [];
    const warnings: string[] = [];
    let outcome: RunFinishedOutcome | undefined;
    let error: string | undefined;
    const parsed = (event: BaseEvent) => {
      types.push(event.type);
      EventSchema.parse(event);
      onEvent(event);
    };
    await agent
      .runAgent(parameters, {
        onEvent: ({ event }) => parsed(event),
        onCustomEvent: ({ event }) => void warnings.push(String(event.value)),
        onRunFinishedEvent: ({ event }) => void (outcome = event.outcome),
        onRunErrorEvent: ({ event }) => void (error = event.message),
      })
      .catch((failed: unknown) => void (error = String(failed)));
    return { types, outcome, error, warnings };
  }
  return {
    agent,
    run,
    say(content: string, id = `${as}-${(ids += 1)}`) {
      agent.addMessage({ id, role: 'user', content });
      return run();
    },
    /** Answers the interrupts of the last run. */
    answer: (payload: unknown) => run({ resume: resumeOf(agent.pendingInterrupts, payload) }),
    dismiss: () => run({ resume: resumeOf(agent.pendingInterrupts) }),
    /** Runs without an answer, as after a reload of the page. */
    look() {
      agent.pendingInterrupts = [];
      return run();
    },
    shown: () => agent.messages.map(lineOf),
    ids: () => agent.messages.map(({ id }) => id),
  };
}

/**
 * Ends a stream that was cut off. For one that fails, the client 1.0.0 leaves a rejection behind,
 * beside the error that it reports.
 */
async function fetchToTheEnd(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  const reader = response.body?.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const part = await reader?.read().catch(() => undefined);
      if (part?.value) controller.enqueue(part.value);
      else controller.close();
    },
    cancel: () => reader?.cancel(),
  });
  return new Response(body, response);
}

function resumeOf(interrupts: readonly Interrupt[], payload?: unknown) {
  return interrupts.map(({ id: interruptId }) => {
    if (payload === undefined) return { interruptId, status: 'cancelled' as const };
    return { interruptId, status: 'resolved' as const, payload };
  });
}

/** A message in one line. */
function lineOf(message: Message): string {
  if (message.role === 'assistant' && message.toolCalls)
    return message.toolCalls
      .map(({ function: { name, arguments: args } }) => `call: ${name} ${args}`)
      .join(', ');
  return `${message.role}: ${String(message.content)}`;
}
