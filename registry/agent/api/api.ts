import * as z from 'zod';
import type { Event, Step, Usage } from '../core/event.ts';
import type { OpenCall, Status } from '../core/thread.ts';

const statuses = [
  'thinking',
  'ready',
  'running',
  'waiting_for_approval',
  'waiting_for_human',
  'waiting_for_result',
  'done',
  'failed',
  'cancelled',
] as const satisfies readonly Status[];

const status = z.enum(statuses).describe('whose turn it is');
const version = z.int().min(0).describe('how many events the thread has');
const call_id = z.string().min(1).max(100).describe('the open call, such as t_4k7x2p:7');
const text = z.string().min(1);

/** An object of type `T`. Only its being an object is checked: the schemas do not know events. */
const objectOf = <T>(description: string) =>
  z
    .custom<T>((value) => typeof value === 'object' && value !== null)
    .meta({ type: 'object', description });

/** A field that an object may lack. As in JSON, its type has no `undefined`. */
const omittable = <T extends z.ZodType>(schema: T) => schema.optional() as Omittable<T>;
type Omittable<T extends z.ZodType> = z.ZodOptional<T> & {
  _zod: { input: z.input<T>; output: z.output<T> };
};

export const MessageBody = z.strictObject({
  message: omittable(text),
  data: omittable(z.unknown().describe('for the agent, beside or instead of the message')),
});
export const LaunchBody = MessageBody.extend({
  agent: omittable(text.max(100).describe('the name of an agent in agent.ts that gets it')),
  conversation: omittable(text.max(255).describe("the sender's name of a thread, to continue it")),
});
export const AnswerBody = z.strictObject({ call_id, text });
export const ApprovalBody = z.strictObject({
  call_id,
  approved: z.boolean(),
  comment: omittable(text),
  step: omittable(objectOf<Step>('to run instead: the same intent')),
});
export const ResultBody = z.union([
  z.strictObject({ call_id, result: z.unknown() }),
  z.strictObject({ call_id, error: text }),
]);
export const CancelBody = z.strictObject({ reason: omittable(text) });
export const ForkBody = z.strictObject({
  version: omittable(z.int().min(1).describe('copies only the first so many events')),
});
export const LiftBody = z.strictObject({});

export const Accepted = z.object({ id: z.string(), status });
export const ThreadDocument = z.object({
  id: z.string(),
  status,
  version,
  usage: objectOf<Usage>('tokens and dollars so far'),
  open: objectOf<OpenCall>('the call that is not settled').nullable(),
  events: z.array(objectOf<Event>('an event, with `type` and `at`')).readonly(),
});
const OpenCallSummary = z.object({
  call_id: z.string(),
  intent: z.string().nullable().describe('null if the policy asks how to go on'),
  awaits: z.enum(['approval', 'answer', 'result']),
  due: z.string().nullable(),
  approvers: omittable(z.array(z.string()).readonly()),
});
/** A thread in a list. Fields that the store does not know are null. */
export const ThreadSummary = z.object({
  id: z.string(),
  status,
  version,
  due: z.iso.datetime().nullable(),
  owner: z.string().nullable().default(null).describe('who started it, or made the copy'),
  first_message: z.string().nullable().default(null).describe('at most 200 characters'),
  open: OpenCallSummary.nullable().default(null),
  usage: objectOf<Usage>('tokens and dollars so far').nullable().default(null),
  created: z.string().nullable().default(null).describe('time of its first event'),
  updated: z.string().nullable().default(null).describe('time of its last event'),
  agent: omittable(z.string().describe('the agent that its first message names')),
  parent: omittable(z.string().describe('the call of another thread that waits for it')),
});
export const ThreadPage = z.object({
  threads: z.array(ThreadSummary),
  next: z.string().nullable().describe('the `after` of the next page; null at the end'),
});
export const ThreadQuery = z.strictObject({
  status: omittable(status),
  after: omittable(z.string().regex(/^[A-Za-z0-9_-]{0,64}$/)),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
/** The data of a server-sent event. The id of that event is the version. */
export const StreamedEvent = z.object({
  version,
  status,
  event: objectOf<Event>('an event'),
});
/**
 * The data of a server-sent event `draft`: `text` goes on with a field of the next step, after
 * `offset` of its characters. It is void once an event after `version` is saved, or `withdrawn`.
 */
export const StreamedDraft = z.object({
  version,
  process: z.string().describe('the process in which the model writes it'),
  intent: omittable(z.string()),
  field: omittable(z.string()),
  offset: omittable(z.int().min(0)),
  text: omittable(z.string()),
  withdrawn: omittable(z.boolean()),
});
const drafts = z.enum(['true', 'false']).describe('also what the model writes, while it does');
export const DraftQuery = z.object({ drafts: omittable(drafts) });
/** `status` and `open` are set with 409: they say what the thread waits for now. */
export const ErrorBody = z.object({
  error: z.string(),
  status: omittable(status),
  open: omittable(objectOf<OpenCall>('the call that is open instead').nullable()),
});

export type LaunchBody = z.infer<typeof LaunchBody>;
export type MessageBody = z.infer<typeof MessageBody>;
export type AnswerBody = z.infer<typeof AnswerBody>;
export type ApprovalBody = z.infer<typeof ApprovalBody>;
export type ResultBody = z.infer<typeof ResultBody>;
export type CancelBody = z.infer<typeof CancelBody>;
export type ForkBody = z.infer<typeof ForkBody>;
export type LiftBody = z.infer<typeof LiftBody>;
export type Accepted = z.infer<typeof Accepted>;
export type ThreadDocument = z.infer<typeof ThreadDocument>;
export type ThreadSummary = z.infer<typeof ThreadSummary>;
export type ThreadPage = z.infer<typeof ThreadPage>;
export type ThreadQuery = z.input<typeof ThreadQuery>;
export type StreamedEvent = z.infer<typeof StreamedEvent>;
export type StreamedDraft = z.infer<typeof StreamedDraft>;
export type ErrorBody = z.infer<typeof ErrorBody>;

export type Operation = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  readonly response: z.ZodType;
  /** Accepts an `Idempotency-Key`: sent again with the same key, it has no second effect. */
  readonly hasKey?: true;
  /** Responds with server-sent events, and continues after `Last-Event-ID`. */
  readonly isStream?: true;
};

/** All operations on threads. Routes, client and OpenAPI description are made from this table. */
export const operations = {
  launch: {
    method: 'POST',
    path: '/threads',
    summary: 'Start a thread',
    query: DraftQuery,
    body: LaunchBody,
    response: Accepted,
    hasKey: true,
  },
  list: {
    method: 'GET',
    path: '/threads',
    summary: 'List threads, by id',
    query: ThreadQuery,
    response: ThreadPage,
  },
  get: {
    method: 'GET',
    path: '/threads/:id',
    summary: 'A whole thread',
    response: ThreadDocument,
  },
  events: {
    method: 'GET',
    path: '/threads/:id/events',
    summary: 'Its events, as they happen',
    query: DraftQuery,
    response: StreamedEvent,
    isStream: true,
  },
  say: {
    method: 'POST',
    path: '/threads/:id/messages',
    summary: 'Say more; a request that is open is taken back',
    query: DraftQuery,
    body: MessageBody,
    response: Accepted,
    hasKey: true,
  },
  respond: {
    method: 'POST',
    path: '/threads/:id/responses',
    summary: 'Answer a question',
    query: DraftQuery,
    body: AnswerBody,
    response: Accepted,
  },
  approve: {
    method: 'POST',
    path: '/threads/:id/approvals',
    summary: 'Approve or deny a call, or approve it with edits',
    query: DraftQuery,
    body: ApprovalBody,
    response: Accepted,
  },
  report: {
    method: 'POST',
    path: '/threads/:id/results',
    summary: 'Report the result of a long-running tool',
    body: ResultBody,
    response: Accepted,
  },
  cancel: {
    method: 'POST',
    path: '/threads/:id/cancel',
    summary: 'End a thread permanently',
    body: CancelBody,
    response: Accepted,
  },
  fork: {
    method: 'POST',
    path: '/threads/:id/forks',
    summary: 'Copy a thread into a new one, which is yours',
    body: ForkBody,
    response: Accepted,
    hasKey: true,
  },
  lift: {
    method: 'POST',
    path: '/threads/:id/lift',
    summary: 'Let the steps of a copy run as the policy says',
    body: LiftBody,
    response: Accepted,
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
export const operationNames = Object.keys(operations) as OperationName[];
