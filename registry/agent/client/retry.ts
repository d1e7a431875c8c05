import { ApiError } from './request.ts';

const MAX_WAIT_MS = 30_000;

/**
 * Repeats an attempt for `retryForMs` while the server is unavailable. Use it only for requests
 * that have no second effect.
 */
export async function retryWhileUnavailable<T>(
  attempt: () => Promise<T>,
  retryForMs: number,
): Promise<T> {
  const end = performance.now() + retryForMs;
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      const waitMs = retryDelay(error, failures, 250);
      if (!isUnavailable(error) || performance.now() + waitMs > end) throw error;
      await pause(waitMs);
    }
  }
}

/** Whether the same request may succeed later. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof ApiError && [0, 429, 502, 503, 504].includes(error.status);
}

/**
 * Returns the ms to wait after so many failures in a row: what the server asks for, or else a time
 * that doubles and is random, so that clients do not retry together. If the server asks for no
 * wait, only the first retry comes at once.
 */
export function retryDelay(error: unknown, failures: number, firstMs: number): number {
  const askedMs = error instanceof ApiError ? error.retryAfterMs : undefined;
  const doubledMs = firstMs * 2 ** Math.min(failures - 1, 10);
  const randomMs = doubledMs * (0.75 + Math.random() / 4);
  const minMs = failures > 1 ? Math.min(randomMs, firstMs) : 0;
  return Math.min(Math.max(askedMs ?? randomMs, minMs), MAX_WAIT_MS);
}

/** Resolves after `ms`, or when the signal fires. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}
