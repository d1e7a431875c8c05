import { expect, test } from 'vitest';
import { readFailure } from '../../registry/agent/model/provider-failure.ts';
import recorded from './provider-failures.json' with { type: 'json' };

type Recorded = {
  readonly provider: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly means: string;
  readonly waitMs?: number;
  /** Where it was reported or documented. */
  readonly source: string;
};
const failures: readonly Recorded[] = recorded;

const rows = failures.map(({ body, ...row }, index) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { ...row, text, title: `${index}: ${row.provider} ${row.status} ${text.slice(0, 60)}` };
});

test.each(rows)('$means: $title', ({ status, headers = {}, text, means, waitMs }) => {
  const failure = readFailure({ status, headers: new Headers(headers), text });
  expect(failure.means).toBe(means);
  if (waitMs !== undefined) expect(failure.waitMs).toBeCloseTo(waitMs, -1);
});

test('the failures are of many servers, and of every kind', () => {
  const providers = new Set(failures.map(({ provider }) => provider));
  expect(failures.length).toBeGreaterThan(120);
  expect(providers.size).toBeGreaterThan(13);
  expect(new Set(failures.map(({ means }) => means)).size).toBe(4);
  expect(failures.every(({ source }) => source.startsWith('https://'))).toBe(true);
});
