import type { EventOf } from '../core/event.ts';
import type { ToolContext } from '../core/tool.ts';

/** The arguments of a step, as JSON: they are saved, approved by people, and compared. */
export type Arguments = Readonly<Record<string, unknown>>;

export type StepOptions = {
  /** 60,000 by default, and 24 days at most. */
  readonly timeoutMs?: number;
  /** After a crash or a timeout, `retry` runs the step again. By default, a person looks. */
  readonly onUnknownOutcome?: 'retry' | 'ask_human';
  /** The step may return `pending()`: then another system reports its result. */
  readonly longRunning?: boolean | 'agents';
};

/** The final step of a small agent, without its intent, and the id of its thread. */
export type AgentAnswer = Readonly<{
  thread: string;
  message?: string;
  [field: string]: unknown;
}>;

/** `part` names the step among those that run at once. */
export type StepContext = ToolContext & {
  readonly part?: string;
};

/** The steps of a pipeline. All else that its code does has to be the same in each run. */
export type Flow = {
  /** The message that started the pipeline. */
  readonly message: EventOf<'message'>;
  /**
   * Returns the recorded result of a step, as JSON, or else runs it as a call of the thread.
   * @throws StepFailed
   */
  readonly step: <T>(
    this: void,
    name: string,
    args: Arguments,
    run: (context: StepContext) => Promise<T>,
    options?: StepOptions,
  ) => Promise<T>;
  /** Runs a small agent of `agents` in a thread of its own. @throws StepFailed */
  readonly agentStep: (
    this: void,
    name: string,
    agent: string,
    task:
      | string
      | {
          readonly text: string;
          readonly data?: unknown;
        },
  ) => Promise<AgentAnswer>;
  /** Returns ms since 1970. */
  readonly now: (this: void) => Promise<number>;
  /** Returns a number from 0 up to 1. */
  readonly random: (this: void) => Promise<number>;
};

/**
 * Plain code with `if` and `for`. It runs from the top each time that a step has ended, and gets
 * the recorded results. The value that it returns ends the thread; if it has a `message`, people
 * read that.
 */
export type Pipeline = (flow: Flow) => Promise<unknown>;
