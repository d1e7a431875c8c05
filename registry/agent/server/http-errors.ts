import { oneLine, Refused, type Fault } from '../core/errors.ts';
import { Damaged } from '../core/store.ts';
import type { Failure } from '../api/api.ts';
import { Outage } from './server-store.ts';

/** A request that ends with this status. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

const statusFor: Record<Fault, number> = { invalid: 400, forbidden: 403, unknown: 404, late: 409 };

/** The response to a failure. What is not the sender's fault is logged, and said without its details. */
export function toResponse(
  error: unknown,
  log: (line: string) => void,
  now: Partial<Failure> = {},
): Response {
  if (error instanceof Problem)
    return respond(error.status, { error: error.message }, error.headers);
  if (error instanceof Refused && error.fault)
    return respond(statusFor[error.fault], { error: error.message, ...now });
  log(oneLine(error instanceof Outage ? error.cause : error));
  if (error instanceof Outage)
    return respond(
      503,
      { error: 'The store does not answer. Try again soon.' },
      { 'retry-after': '5' },
    );
  if (error instanceof Damaged)
    return respond(500, { error: 'This thread can no longer be read as it was saved.' });
  return respond(500, { error: 'Something is wrong here. It has been logged.' });
}

const respond = (
  status: number,
  failure: Failure,
  headers: Readonly<Record<string, string>> = {},
): Response => Response.json(failure, { status, headers: { ...noStore, ...headers } });

/** What a thread holds is for whoever asked. */
export const noStore = { 'cache-control': 'no-store' };
