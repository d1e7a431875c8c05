import { expect, test } from 'vitest';
import { readFailure, type Failure } from './provider-failure.ts';

const failed = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  readFailure({
    status,
    headers: new Headers(headers),
    text: typeof body === 'string' ? body : JSON.stringify(body),
  });

const message = (text: string) => ({ error: { message: text } });

test.each<[Failure['means'], string, number, unknown]>([
  ['wait', 'a full server', 529, message('Overloaded')],
  ['wait', 'a service that is down', 503, message('the schema service is overloaded')],
  ['wait', 'a rate limit', 429, message('You reached your limit')],
  ['wait', 'a rate of tokens', 429, message('You would exceed 8,000 tokens per minute.')],
  ['person', 'more tokens than there can be', 400, message('It exceeds 8,000 tokens.')],
  ['wait', 'a 200 with the code of a rate limit', 200, { error: { message: 'no', code: '429' } }],
  ['wait', 'a 200 with an unknown error', 200, { error: 'no' }],
  ['wait', 'an upstream that failed', 400, message('Upstream request failed')],
  ['person', 'a wrong key', 401, message('wrong key')],
  [
    'person',
    'a 200 with the type of a wrong key',
    200,
    { error: { type: 'authentication_error' } },
  ],
  ['person', 'no money', 429, { error: { message: 'no', code: 'insufficient_quota' } }],
  ['person', 'a context that is too long', 500, message('the context length is exceeded')],
  ['person', 'a request for no model', 404, message('no such model')],
  ['person', 'a filter', 400, { error: { message: 'no', code: 'content_filter' } }],
  ['again', 'an answer that is no JSON', 400, { error: { code: 'json_validate_failed' } }],
  ['words', 'a parameter', 400, { error: { message: 'no', param: 'response_format' } }],
  ['words', 'a field', 422, { detail: [{ loc: ['body', 'output_config'], msg: 'extra' }] }],
  ['words', 'a grammar', 500, message('cannot compile the grammar')],
  ['words', 'an upstream', 400, { error: { message: 'no', metadata: { raw: 'no json_schema' } } }],
])('means %s: %s', (means, _, status, body) => {
  expect(failed(status, body).means).toBe(means);
});

test.each<[Failure['means'], number, Record<string, string>]>([
  ['person', 400, {}],
  ['wait', 500, {}],
  ['wait', 429, {}],
  ['person', 429, { 'x-should-retry': 'false' }],
])('means %s: a %i with %j that repeats the request', (means, status, headers) => {
  const sent = '{"response_format":{"type":"json_schema"},"system":"Ask before a payment."}';
  const text = JSON.stringify(message(`cannot take ${sent} now`));
  expect(readFailure({ status, headers: new Headers(headers), text, sent }).means).toBe(means);
});

test.each([
  ['retry-after', { 'retry-after': '2' }, '', 2_000],
  ['retry-after-ms', { 'retry-after-ms': '70' }, '', 70],
  ['no time', { 'retry-after': '0' }, '', 20],
  ['seconds in a text', {}, 'Please try again in 7.66s.', 7_660],
  ['minutes and seconds', {}, 'Please try again in 1m2.5s.', 62_500],
  ['a number with two points', {}, 'Try again in 1.2.3s', 1_200],
  ['milliseconds', {}, 'Try again in 250ms', 250],
  ['words', {}, 'Please retry after 6 seconds.', 6_000],
  ['a field', {}, '{"error":{"details":[{"retryDelay":"34s"}]}}', 34_000],
  ['a header before a text', { 'retry-after': '2' }, 'try again in 9s', 2_000],
  ['a limit that is no wait', {}, 'Limit 6000, used 3513', undefined],
  ['advice without a time', {}, 'Try again with the new parameter in v2.', undefined],
])('the wait is read: %s', (_, headers, text, waitMs) => {
  expect(failed(429, text, headers).waitMs).toBe(waitMs);
});

test.each([
  ['a message', message('no'), 'no'],
  ['a text', { error: 'no' }, 'no'],
  ['the top', { object: 'error', message: 'no', code: 400 }, 'no'],
  ['a list', [{ error: { message: 'no' } }], 'no'],
  ['errors', { errors: [{ message: 'no' }] }, 'no'],
  ['details', { detail: [{ loc: ['body', 'n'], msg: 'no' }] }, 'body.n: no'],
  ['a page', '<html><title> 502 Bad Gateway </title><body>long</body>', '502 Bad Gateway'],
  ['a text that is no JSON', 'no', 'no'],
  ['nothing', '', ''],
])('the reason is in %s', (_, body, reason) => {
  expect(failed(400, body).reason).toBe(reason);
});

test.each<[Failure['means'], number, unknown, boolean]>([
  ['whole', 400, { error: { message: 'no', param: 'stream' } }, true],
  ['whole', 422, { detail: [{ loc: ['body', 'stream_options'], msg: 'extra' }] }, true],
  ['whole', 400, message('response_format does not support streaming'), true],
  ['whole', 200, { error: { message: 'no streams', code: 400 } }, true],
  ['person', 400, { error: { message: 'no', param: 'stream' } }, false],
  ['person', 400, message('downstream rejects it'), true],
  ['person', 403, message('no streaming for you'), true],
  ['wait', 503, message('the stream of requests is too much'), true],
])('means %s: %i %j, stream: %j', (means, status, body, isStream) => {
  const headers = new Headers();
  const { means: found } = readFailure({ status, headers, text: JSON.stringify(body), isStream });
  expect(found).toBe(means);
});
