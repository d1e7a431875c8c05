import { LoadAPIKeyError, RetryError } from 'ai';
import { redact } from '../clean.ts';
import { Unusable } from '../errors.ts';

/** Who was asked; `key` is what errors call its key. */
type Asked = { readonly name: string; readonly key: string; readonly secrets: readonly string[] };

/**
 * Why the AI SDK has no answer, without a key: what a provider says may repeat it, and fetch prints a header that it
 * cannot send. It is Unusable if no other try could do better.
 */
export function toFailure(error: unknown, { name: provider, key, secrets }: Asked): Error {
  const cause = RetryError.isInstance(error) ? error.lastError : error;
  const { statusCode, isRetryable, message, name, responseHeaders } = Object(cause);
  const id: unknown = Object(responseHeaders)['x-request-id'] ?? Object(responseHeaders)['request-id'];
  const isKey = statusCode === 401 || /^Gateway(Authentication)?Error$/.test(name) || /header value/.test(message);
  const unasked = isRetryable ? 'cannot be reached' : 'cannot be asked';
  const answered = statusCode === undefined ? unasked : `answered ${statusCode}${id ? ` (request ${id})` : ''}`;
  const failure = `${provider} ${answered}: ${isKey ? `is ${key} right?` : redact(String(message), secrets)}`;
  const isFinal = isKey || LoadAPIKeyError.isInstance(cause) || (statusCode >= 400 && !isRetryable);
  return isFinal ? new Unusable(failure) : new Error(failure);
}
