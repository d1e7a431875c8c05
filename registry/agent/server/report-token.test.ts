import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { promised, Refused } from '../core/errors.ts';
import { done, read, toyAgent } from '../testing/toy-agent.ts';
import { advance } from '../core/loop.ts';
import { report, start } from '../core/people.ts';
import { reportToken, signClaim, verifyClaim } from './report-token.ts';
import { pending, type ToolContext } from '../core/tool.ts';

const claim = { call_id: 't_1:3', attempt: 2 };
const message = { channel: 'test', from: 'ada', text: 'go' };

beforeEach(() => vi.stubEnv('REPORT_SECRET', 'a secret of this agent'));
afterEach(() => vi.unstubAllEnvs());

test('a token stands for its call and attempt, also after a restart', () => {
  const token = signClaim(claim);
  expect(token).toMatch(/^t_1:3\.2\.[0-9a-f]{64}$/);
  expect(signClaim(claim)).toBe(token);
  expect(verifyClaim(token)).toEqual(claim);
});

test.each<[string, (token: string) => string]>([
  ['another call', (token) => token.replace('t_1:3', 't_1:4')],
  ['another thread', (token) => token.replace('t_1', 't_2')],
  ['another attempt', (token) => token.replace('.2.', '.3.')],
  ['another signature', (token) => token.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
  ['half a signature', (token) => token.slice(0, -32)],
  ['no signature', () => 't_1:3.2.'],
  ['no token', () => ''],
  ['a very long text', () => 'x'.repeat(1_000_000)],
])('a token with %s is none', (_, change) => {
  expect(verifyClaim(change(signClaim(claim)))).toBeUndefined();
});

test.each(['another secret', '', ' '])('with the secret %j, it is none', (secret) => {
  const token = signClaim(claim);
  vi.stubEnv('REPORT_SECRET', secret);
  expect(verifyClaim(token)).toBeUndefined();
});

test('without a secret, nothing is signed, and the tool fails before it starts work', async () => {
  vi.stubEnv('REPORT_SECRET', '');
  expect(() => signClaim(claim)).toThrow('Set REPORT_SECRET in .env');
  const { agent } = toyAgent([read, done], { run: promised(reportToken) });
  const { id } = await start(agent, message);
  const { events } = await advance(agent, id);
  expect(events.find(({ type }) => type === 'tool_error')).toMatchObject({
    error: expect.stringContaining('REPORT_SECRET'),
  });
});

test('a tool hands out a token for its own attempt, which is in no event', async () => {
  const tokens: string[] = [];
  const run = (context: ToolContext) => {
    tokens.push(reportToken(context));
    return Promise.resolve(pending(1_000));
  };
  const { agent, clock } = toyAgent([read, done], { run });
  const { id } = await start(agent, message);
  await advance(agent, id);
  clock.ms += 1_001;
  const { events } = await advance(agent, id);
  const claims = tokens.map(verifyClaim);
  expect(claims).toEqual([1, 2].map((attempt) => ({ call_id: `${id}:1`, attempt })));
  for (const token of tokens) expect(JSON.stringify(events)).not.toContain(token.slice(-64));

  const late = report(agent, `${id}:1`, { result: 'late' }, claims[0]?.attempt);
  await expect(late).rejects.toThrow(`This is attempt 2 of ${id}:1, not 1.`);
  await report(agent, `${id}:1`, { result: 'in time' }, claims[1]?.attempt);
  expect((await advance(agent, id)).state.status).toBe('done');
});

test.each([
  ['while it runs', () => Promise.resolve()],
  ['after pending()', () => Promise.resolve(pending(60_000))],
])('no result is taken for a tool that is not declared longRunning, %s', async (_, end) => {
  const refusals: unknown[] = [];
  const forge = (call_id: string) =>
    report(agent, call_id, { result: { paid: true } }).catch((error) => refusals.push(error));
  const { agent } = toyAgent([read, done], {
    longRunning: false,
    async run({ idempotencyKey }) {
      await forge(idempotencyKey);
      return end();
    },
  });
  const { id } = await start(agent, message);
  const { state, events } = await advance(agent, id);
  if (state.open) await forge(state.open.call_id);
  expect(refusals[0]).toMatchObject({
    fault: 'forbidden',
    message: 'read is not declared longRunning: only its own run has a result.',
  });
  for (const refusal of refusals) expect(refusal).toBeInstanceOf(Refused);
  expect(state.status).not.toBe('waiting_for_result');
  expect(JSON.stringify(events)).not.toContain('paid');
});
