import * as z from 'zod';
import type { Event } from '../core/event.ts';
import type { OpenCall, Status } from '../core/thread.ts';
import type { Usage } from '../core/event.ts';

const statuses = [
  ...([
    'thinking',
    'ready',
    'running',
    'waiting_for_approval',
    'waiting_for_human',
    'waiting_for_result',
  ] as const),
  ...(['done', 'failed', 'cancelled'] as const),
] satisfies readonly Status[];

const status = z.enum(statuses).describe('whose turn it is');
const version = z.int().min(0).describe('how many events the thread has');
const call_id = z.string().min(1).max(100).describe('the open call, such as t_4k7x2p:7');
const text = z.string().min(1);

/** What only code that knows events can check further. */
const recorded = <T>(about: string) =>
  z
    .custom<T>((value) => typeof value === 'object' && value !== null)
    .meta({ type: 'object', description: about });

export const Said = z.strictObject({
  message: text.exactOptional(),
  data: z.unknown().exactOptional().describe('for the agent, beside or instead of the message'),
});
export const Reply = z.strictObject({ call_id, text });
export const Approval = z.strictObject({
  call_id,
  approved: z.boolean(),
  comment: text.exactOptional(),
});
export const Result = z.union([
  z.strictObject({ call_id, result: z.unknown() }),
  z.strictObject({ call_id, error: text }),
]);
export const Cancel = z.strictObject({ reason: text.exactOptional() });

export const Accepted = z.object({ id: z.string(), status });
export const ThreadDocument = z.object({
  id: z.string(),
  status,
  version,
  usage: recorded<Usage>('tokens and dollars so far'),
  open: recorded<OpenCall>('the call that is not settled').nullable(),
  events: z.array(recorded<Event>('an event, with `type` and `at`')).readonly(),
});
const Listed = z.object({ id: z.string(), status, version, due: z.iso.datetime().nullable() });
export const Page = z.object({
  threads: z.array(Listed),
  next: z.string().nullable().describe('the `after` of the next page; null at the end'),
});
export const PageQuery = z.strictObject({
  status: status.exactOptional(),
  after: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,64}$/)
    .exactOptional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
/** What one server-sent event has; its id is the version. */
export const Happened = z.object({ version, status, event: recorded<Event>('an event') });
/** `status` and `open` come with 409: what the thread waits for now. */
export const Failure = z.object({
  error: z.string(),
  status: status.exactOptional(),
  open: recorded<OpenCall>('the call that is open instead').nullable().exactOptional(),
});

export type Said = z.infer<typeof Said>;
export type Reply = z.infer<typeof Reply>;
export type Approval = z.infer<typeof Approval>;
export type Result = z.infer<typeof Result>;
export type Cancel = z.infer<typeof Cancel>;
export type Accepted = z.infer<typeof Accepted>;
export type ThreadDocument = z.infer<typeof ThreadDocument>;
export type Page = z.infer<typeof Page>;
export type PageQuery = z.input<typeof PageQuery>;
export type Happened = z.infer<typeof Happened>;
export type Failure = z.infer<typeof Failure>;

export type Operation = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly about: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  readonly answer: z.ZodType;
  /** An `Idempotency-Key` makes it safe to send again. */
  readonly hasKey?: true;
  /** It answers with server-sent events, and goes on behind `Last-Event-ID`. */
  readonly isStream?: true;
};

/** Everything that the server does with threads. Its routes, its description and its clients follow from this. */
export const operations = {
  launch: {
    method: 'POST',
    path: '/threads',
    about: 'Start a thread',
    body: Said,
    answer: Accepted,
    hasKey: true,
  },
  list: {
    method: 'GET',
    path: '/threads',
    about: 'List threads, by id',
    query: PageQuery,
    answer: Page,
  },
  get: { method: 'GET', path: '/threads/:id', about: 'A whole thread', answer: ThreadDocument },
  events: {
    method: 'GET',
    path: '/threads/:id/events',
    about: 'Its events, as they happen',
    answer: Happened,
    isStream: true,
  },
  say: {
    method: 'POST',
    path: '/threads/:id/messages',
    about: 'Say more; a request that is open is taken back',
    body: Said,
    answer: Accepted,
    hasKey: true,
  },
  respond: {
    method: 'POST',
    path: '/threads/:id/responses',
    about: 'Answer a question',
    body: Reply,
    answer: Accepted,
  },
  approve: {
    method: 'POST',
    path: '/threads/:id/approvals',
    about: 'Approve or deny a call',
    body: Approval,
    answer: Accepted,
  },
  report: {
    method: 'POST',
    path: '/threads/:id/results',
    about: 'Report the result of a long-running tool',
    body: Result,
    answer: Accepted,
  },
  cancel: {
    method: 'POST',
    path: '/threads/:id/cancel',
    about: 'End a thread permanently',
    body: Cancel,
    answer: Accepted,
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
