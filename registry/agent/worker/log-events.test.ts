import { expect, test, vi } from 'vitest';
import type { NewEvent } from '../core/event.ts';
import { Conflict, load, wrapStore } from '../core/store.ts';
import type { Status } from '../core/thread.ts';
import { done, hear, read, toyAgent, typesOf, write } from '../testing/toy-agent.ts';
import { loggingStore, logLine } from './log-events.ts';
import { formatLine, safeLog, type LogLine } from './log.ts';
import { startWorker } from './worker.ts';

const at = '2026-11-20T09:00:00.000Z';
const due = '2026-12-20T09:00:00.000Z';
const call_id = 't:3';
const step = { intent: 'deploy', version: 'private' };
const usage = { model: 'claude-sonnet-5-5', input_tokens: 900, output_tokens: 30, usd: 0.01 };

const message: NewEvent = { type: 'message', channel: 'http', from: 'private', text: 'private' };
const call = { type: 'tool_call', call_id, step } as const;

type Case = readonly [NewEvent, Status, Partial<LogLine> | undefined];

const cases: readonly Case[] = [
  [message, 'thinking', { level: 'info', message: 't gets a message' }],
  [
    { ...call, awaits: 'result', usage },
    'ready',
    { level: 'info', message: 't:3 deploy is chosen', intent: 'deploy', ...usage },
  ],
  [
    { ...call, awaits: 'approval', objection: { ask: 'private' }, due },
    'waiting_for_approval',
    { message: 't:3 deploy waits for approval', intent: 'deploy', due },
  ],
  [
    { ...call, awaits: 'approval', objection: { deny: 'private' }, due },
    'waiting_for_approval',
    { message: 't:3 deploy is denied by the policy', due },
  ],
  [
    {
      ...call,
      awaits: 'approval',
      objection: { ask: 'private (too few can approve it: 2 needed, only private may)' },
    },
    'waiting_for_approval',
    { level: 'warn', message: 't:3 deploy waits for more approvers than there are' },
  ],
  [{ type: 'endorsed', call_id, by: 'private' }, 'waiting_for_approval', undefined],
  [
    { type: 'forked', by: 'private', thread: 't_2', version: 2 },
    'thinking',
    { level: 'info', message: 't is a copy of t_2' },
  ],
  [
    { type: 'lifted', by: 'private' },
    'waiting_for_approval',
    { level: 'info', message: 't no longer needs approval for each step' },
  ],
  [
    {
      type: 'approval',
      call_id,
      approved: false,
      by: 'private',
      comment: 'private',
      edit: { call_id: 't:4', step, awaits: 'approval', objection: { ask: 'private' }, due },
    },
    'waiting_for_approval',
    {
      level: 'info',
      message: 't:3 is edited: t:4 waits for approval',
      intent: 'deploy',
      due,
    },
  ],
  [
    { ...call, awaits: 'answer' },
    'waiting_for_human',
    { message: 't:3 deploy waits for an answer' },
  ],
  [{ ...call, awaits: 'message' }, 'done', { message: 't:3 deploy ends the thread' }],
  [
    { type: 'model_error', error: 'not a step', answer: 'private', usage },
    'thinking',
    { level: 'warn', message: 't got no step from the model', error: 'not a step', ...usage },
  ],
  [
    { type: 'tool_error', call_id, attempt: 1, error: 'ECONNREFUSED' },
    'thinking',
    { level: 'warn', message: 't:3 failed', error: 'ECONNREFUSED' },
  ],
  [
    { type: 'tool_pending', call_id, attempt: 1, due },
    'waiting_for_result',
    { level: 'info', message: 't:3 waits for a result', due },
  ],
  [
    { type: 'tool_started', call_id, attempt: 2, by: 'run', lease_until: due },
    'running',
    { level: 'warn', message: 't:3 starts attempt 2' },
  ],
  [
    { type: 'handed_over', call_id, reason: '3 errors in a row', due },
    'waiting_for_human',
    { level: 'warn', message: 't:3 is handed to a person', error: '3 errors in a row', due },
  ],
  [
    { type: 'expired', call_id, outcome: 'failed' },
    'failed',
    { level: 'error', message: 't:3 got no answer in time: failed' },
  ],
  [
    { type: 'expired', call_id, outcome: 'denied' },
    'thinking',
    { level: 'info', message: 't:3 got no answer in time: denied' },
  ],
  [
    { type: 'cancelled', by: 'private', reason: 'private' },
    'cancelled',
    { level: 'info', message: 't is cancelled' },
  ],
  [{ type: 'prefetched', name: 'private', result: 'private' }, 'thinking', undefined],
  [{ type: 'approval', call_id, approved: true, by: 'private' }, 'ready', undefined],
  [{ type: 'human_response', call_id, by: 'private', text: 'private' }, 'thinking', undefined],
  [
    { type: 'tool_started', call_id, attempt: 1, by: 'run', lease_until: due },
    'running',
    undefined,
  ],
  [{ type: 'tool_result', call_id, attempt: 1, result: 'private' }, 'thinking', undefined],
];

test.each(cases)('of %j with %s, no content is logged', (event, status, line) => {
  const logged = logLine('t', 5, { ...event, at }, { status, owner: 'private' });
  expect(JSON.stringify(logged) ?? '').not.toContain('private');
  if (!line) return expect(logged).toBeUndefined();
  expect(logged).toMatchObject({ ...line, thread: 't', event: event.type, status });
});

test('the first message of a thread starts it', () => {
  expect(logLine('t', 0, { ...message, at }, { status: 'thinking' })?.message).toBe('t starts');
});

test('an event is logged by the process that saved it, with the ms since the last', async () => {
  const ours: LogLine[] = [];
  const others: LogLine[] = [];
  const { agent, clock } = toyAgent([read, write, done], {
    run: () => Promise.resolve(void (clock.ms += 70)),
  });
  await hear({ ...agent, store: loggingStore(agent.store, (line) => others.push(line)) }, 't');
  const worker = startWorker(agent, { everyMs: Infinity, log: (line) => ours.push(line) });
  worker.advance('t');
  await vi.waitFor(() => expect(ours).toHaveLength(2));
  await worker.stop();
  expect(others.map((line) => line.message)).toEqual(['t starts']);
  expect(ours).toMatchObject([
    { message: 't:1 read is chosen' },
    { message: 't:4 write waits for approval', ms: 0 },
  ]);
  expect(ours[0]).not.toHaveProperty('ms');
});

test('an event that is not saved is not logged', async () => {
  const lines: LogLine[] = [];
  const { agent } = toyAgent([]);
  const append = () => Promise.reject(new Conflict());
  const store = loggingStore(wrapStore(agent.store, { append }), (line) => lines.push(line));
  await expect(hear({ ...agent, store }, 't')).rejects.toThrow(Conflict);
  expect(lines).toEqual([]);
});

test.each([
  ['throws', throwError],
  ['rejects', () => Promise.reject(new Error('the log is closed'))],
])('a thread goes on with a log that %s', async (_, log) => {
  const { agent } = toyAgent([read, done]);
  await hear(agent, 't');
  const worker = startWorker(agent, { everyMs: Infinity, log });
  worker.advance('t');
  await vi.waitFor(async () => expect((await load(agent.store, 't')).state.status).toBe('done'));
  expect(typesOf(await agent.store.load('t'))).toBe(
    'message tool_call tool_started tool_result tool_call',
  );
  await worker.stop();
});

function throwError(): never {
  throw new Error('the log is closed');
}

test('a line has no secrets, and nothing on which a terminal acts', () => {
  vi.stubEnv('SHOP_TOKEN', 'tok-of-the-shop');
  const lines: LogLine[] = [];
  const error = 'wrong: tok-of-the-shop\u001b[2J\n  at x';
  safeLog((line) => lines.push(line))({ level: 'warn', message: 't:3 failed', event: 'x', error });
  safeLog((line) => lines.push(line))({ level: 'error', message: `no ${error}` });
  vi.unstubAllEnvs();
  expect(lines).toEqual([
    { level: 'warn', message: 't:3 failed', event: 'x', error: 'wrong: [secret]\\u{1b}[2J at x' },
    { level: 'error', message: 'no wrong: [secret]\\u{1b}[2J\\u{a}  at x' },
  ]);
});

const line: LogLine = {
  level: 'warn',
  message: 't:3 failed',
  error: 'ECONNREFUSED',
  thread: 't',
  ms: 12,
};

test('a line is JSON in a pipe', () => {
  expect(JSON.parse(formatLine(line, at))).toEqual({
    time: at,
    process: expect.stringMatching(`:${process.pid}$`),
    ...line,
  });
});

test('a line is a text on a terminal', () => {
  expect(formatLine(line, at, true)).toMatch(/^\d\d:\d\d:\d\d t:3 failed: ECONNREFUSED \(ms 12\)$/);
});
