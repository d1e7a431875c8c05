import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { NewEvent } from '../../registry/agent/core/event.ts';
import type { Status } from '../../registry/agent/core/thread.ts';
import { logLine } from '../../registry/agent/worker/log-events.ts';
import { formatLine, type LogLine } from '../../registry/agent/worker/log.ts';
import { readDoc } from '../support/docs/read-doc.ts';
import { home } from '../support/registry/package.ts';

const path = 'docs/run-it-in-production.md';
const page = readDoc(path, readFileSync(join(home, path), 'utf8'));
const [json = '', text = ''] = page.fences
  .map(({ body }) => body)
  .filter((body) => body.includes('t_4k7x2p:'));

const usage = { model: 'claude-sonnet-5-5', input_tokens: 900, output_tokens: 30, usd: 0.0021 };
const due = '2026-12-20T09:44:02.120Z';
const step = { intent: 'deploy', version: '1.4.2' };
const call = { type: 'tool_call', call_id: 't_4k7x2p:1', step } as const;
const failed = { call_id: 't_4k7x2p:1', attempt: 1 };

type Case = readonly [version: number, event: NewEvent, status: Status, ms?: number];

const cases: readonly Case[] = [
  [0, { type: 'message', channel: 'http', from: 'ada', text: 'ship it' }, 'thinking'],
  [1, { ...call, awaits: 'approval', usage, due }, 'waiting_for_approval', 1204],
  [4, { type: 'tool_error', ...failed, error: 'connect timeout' }, 'thinking', 30],
  [5, { type: 'model_error', error: 'no answer in 600000 ms' }, 'thinking', 600_000],
  [
    6,
    { type: 'handed_over', call_id: 't_4k7x2p:6', reason: '2 errors in a row', due },
    'waiting_for_human',
    1,
  ],
  [
    8,
    { ...call, call_id: 't_4k7x2p:8', step: { intent: 'done_for_now' }, awaits: 'message', usage },
    'done',
    910,
  ],
];

const stopped: LogLine = { level: 'info', message: 'Stopping.' };

const lines: readonly LogLine[] = [
  ...cases.flatMap(([version, event, status, ms]) => {
    const at = '2026-11-20T09:44:02.120Z';
    const line = logLine('t_4k7x2p', version, { ...event, at }, { status });
    return line ? [ms === undefined ? line : { ...line, ms }] : [];
  }),
  stopped,
];

const time = '2026-11-20T09:44:02.120Z';

it('the lines in a pipe are as the page shows them', () => {
  const written = lines.map((line) =>
    formatLine(line, time).replace(/"process":".*?"/, '"process":"web-1:42"'),
  );
  expect(json.trimEnd().split('\n')).toEqual(written);
});

it('the lines on a terminal are as the page shows them', () => {
  const clock = new Date(time).toLocaleTimeString('sv');
  const written = lines.map((line) => formatLine(line, time, true).replace(clock, '09:44:02'));
  expect(text.trimEnd().split('\n')).toEqual(written);
});

it('the table has each field of a line', () => {
  const fields = new Set(lines.flatMap((line) => Object.keys(JSON.parse(formatLine(line, time)))));
  const cells = [...page.prose.matchAll(/^\| (`\w+`(?:, `\w+`)*) +\|/gm)].map(([, cell]) => cell);
  const named = cells.flatMap((cell = '') =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  expect(named).toEqual(expect.arrayContaining([...fields]));
});
