import type { Usage } from './model/usage.ts';

/** What the model chose to do next: only JSON, with an `intent` that code acts on. */
export type Step = { readonly intent: string; readonly [argument: string]: unknown };

/** What a call waits for. Code decides it once, when the call is appended, and the event records it. */
export type Awaits = 'result' | 'approval' | 'answer' | 'message';

/** What the policy said of a step that it did not simply let run. */
export type Objection = { readonly ask: string } | { readonly deny: string };

type Paid = { usage?: Usage | undefined };

type Fact =
  | { type: 'message'; channel: string; from: string; text?: string; data?: unknown; idempotency_key?: string }
  | { type: 'prefetched'; name: string; result: unknown }
  | ({ type: 'tool_call'; call_id: string; step: Step; awaits: Awaits; objection?: Objection; due?: string } & Paid)
  | ({ type: 'model_error'; error: string } & Paid)
  | { type: 'approval'; call_id: string; approved: boolean; by: string; comment?: string }
  | { type: 'human_response'; call_id: string; by: string; text: string }
  | { type: 'tool_started'; call_id: string; attempt: number; by: string; lease_until: string }
  | { type: 'tool_pending'; call_id: string; attempt: number; due: string }
  | { type: 'tool_result'; call_id: string; attempt: number; result: unknown }
  | { type: 'tool_error'; call_id: string; attempt: number; error: string }
  | { type: 'handed_over'; call_id: string; reason: string; due?: string }
  | { type: 'expired'; call_id: string; outcome: 'denied' | 'failed' }
  | { type: 'cancelled'; by: string; reason?: string };

/** Everything that can happen in a thread. Times (`at`, `due`, `lease_until`) are ISO 8601. */
export type Event = Readonly<Fact & { at: string }>;
export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>;
