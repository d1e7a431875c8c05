import type { ErrorBody } from '../api/api.ts';
import { oneLine, Refused, type Fault } from '../core/errors.ts';
import { Damaged } from '../core/store.ts';
import { BodyError } from '../http/read-bytes.ts';
import type { Log } from '../worker/log.ts';
import { StoreUnavailable } from './time-limited-store.ts';

type Details = {
  readonly headers?: Readonly<Record<string, string>>;
  /** The call that is open now. */
  readonly current?: Pick<ErrorBody, 'status' | 'open'>;
};

/** Ends a request with this status. The client sees the message. */
export class HttpError extends Error {
  readonly status: number;
  readonly details: Details;
  constructor(status: number, message: string, details: Details = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

/** Threads are private: no browser or proxy may keep a response. */
export const notCached = { 'cache-control': 'no-store' };

/** Tells a client when to send the request again. */
export const retrySoon = { 'retry-after': '5' };

const httpStatusOf: Record<Fault, number> = {
  invalid: 400,
  forbidden: 403,
  unknown: 404,
  late: 409,
};

/**
 * Turns an error into a response.
 * One that the client did not cause is logged, not shown.
 */
export function toErrorResponse(error: unknown, log: Log): Response {
  const { status, message, details } = toHttpError(error, log);
  const body: ErrorBody = { error: message, ...details.current };
  const headers = { ...notCached, ...details.headers };
  return Response.json(body, { status, headers });
}

function toHttpError(error: unknown, log: Log): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof BodyError) return new HttpError(error.status, error.message);
  if (error instanceof Refused && error.fault)
    return new HttpError(httpStatusOf[error.fault], error.message);
  const isUnavailable = error instanceof StoreUnavailable;
  const message = isUnavailable ? 'The store does not answer' : 'A request failed';
  log({ level: 'error', message, error: oneLine(error) });
  if (isUnavailable) return unavailable;
  return error instanceof Damaged ? damaged : failed;
}

const unavailable = new HttpError(503, 'The store does not answer. Try again soon.', {
  headers: retrySoon,
});
const damaged = new HttpError(500, 'The saved events of this thread cannot be read.');
const failed = new HttpError(500, 'The server failed. Its log says why.');
