import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { agent as wired } from '../agent.ts';
import { advance } from '../core/loop.ts';
import { answer, approve, start, threadThatAsks } from '../core/people.ts';
import { load, type Thread } from '../core/store.ts';
import { script } from '../model/script.ts';
import { memoryStore } from '../store/memory.ts';
import { whatRuns } from '../target/target.ts';
import { webhookTrigger } from '../webhook/trigger.ts';
import { webhooks } from '../webhook/webhooks.ts';

const [ada = 'ada'] = wired.policy.approvers;
const secret = 'a secret of sixteen characters';
const DAY_MS = 86_400_000;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'story-'));
  vi.stubEnv('TARGET_FILE', join(folder, 'target.jsonl'));
  vi.stubEnv('TARGET_MS', '10');
  vi.stubEnv('REPORT_SECRET', '');
  vi.stubEnv('GITHUB_WEBHOOK_SECRET', secret);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** The agent, in memory, with the script and a clock that can be moved. */
function setUp() {
  const clock = { ms: Date.now() };
  const agent = { ...wired, model: script, store: memoryStore(), now: () => clock.ms };
  return { agent, clock };
}

/** Starts the pipeline for a pull request, and answers for ada. */
async function story(number: number, { agent, clock } = setUp()) {
  const text = `pull request ${number} was merged`;
  const { id } = await start(agent, { channel: 'test', from: ada, text });
  const read = (one: string) => load(agent.store, one);
  let thread = await advance(agent, id);
  /** The call that waits for a person, in the thread of an agent. */
  const open = async () => (await threadThatAsks(read, thread)).state.open;
  const next = async (act: (call: string) => Promise<Thread>) => {
    const { id: child } = await act((await open())?.call_id ?? '');
    await advance(agent, child);
    thread = await advance(agent, id);
  };
  const decide = (approved: boolean, comment = '') =>
    next((call) => approve(agent, call, { approved, by: ada, comment, isLocal: true }));
  return {
    open,
    approve: () => decide(true),
    deny: (comment: string) => decide(false, comment),
    answer: (reply: string) => next((call) => answer(agent, call, { by: ada, text: reply })),
    later: async (ms: number) => {
      clock.ms += ms;
      thread = await advance(agent, id);
    },
    end: () => endOf(thread),
  };
}

/** Returns the last words of the pipeline. */
function endOf({ events, state }: Thread): unknown {
  const [last] = events.filter((event) => event.type === 'tool_call').slice(-1);
  return state.status === 'done' ? last?.step['message'] : state.status;
}

const deploy = (service: string, tag: string) => ({ intent: 'deploy', service, tag });

test('approved: both services run the tag', async () => {
  const { open, approve, end } = await story(42);
  expect(await open()).toMatchObject({
    step: deploy('frontend', '1.42.0'),
    objection: { ask: 'production needs a person' },
  });
  await approve();
  await approve();
  expect(end()).toContain('backend runs 1.42.0, frontend runs 1.42.0');
});

test('"no, the back end first": the agent follows that', async () => {
  const { open, approve, deny } = await story(42);
  await deny('no, the back end first');
  expect((await open())?.step).toEqual(deploy('backend', '1.42.0'));
  await approve();
  expect(await whatRuns()).toEqual({ backend: '1.42.0', frontend: '1.40.0' });
  expect((await open())?.step).toEqual(deploy('frontend', '1.42.0'));
});

test('another tag: the agent looks for it, and asks if there is none', async () => {
  const { open, deny, answer } = await story(42);
  await deny('take 1.9.9 instead');
  expect((await open())?.step).toMatchObject({ question: 'There is no tag 1.9.9. Which one?' });
  await answer('1.41.0 then');
  expect((await open())?.step).toEqual(deploy('frontend', '1.41.0'));
});

test('denied: nothing is deployed', async () => {
  const { deny, end } = await story(42);
  await deny('not on a Friday');
  expect(end()).toBe('Pull request 42 changed nothing. I deployed nothing: not on a Friday.');
  expect(await whatRuns()).toEqual({ backend: '1.40.0', frontend: '1.40.0' });
});

test('a failed check: the rollback agent takes over', async () => {
  const { approve, end } = await story(43);
  await approve();
  await approve();
  expect(end()).toContain('Pull request 43 was rolled back. checkout failed.');
  expect(await whatRuns()).toEqual({ backend: '1.40.0', frontend: '1.40.0' });
});

test('an agent that claims a deploy is not believed', async () => {
  const { agent, clock } = setUp();
  const step = { intent: 'done_for_now', message: 'I deployed all.' };
  const model = () => Promise.resolve({ step });
  const { end } = await story(42, { agent: { ...agent, model }, clock });
  expect(end()).toBe('Pull request 42 changed nothing. I deployed all.');
});

test('three errors in a row end with a question to a person', async () => {
  const { open, approve, answer, end } = await story(44);
  await approve();
  expect(await open()).toMatchObject({ reason: expect.stringContaining('3 errors in a row') });
  await answer('there is room now: try again');
  await approve();
  await approve();
  expect(end()).toContain('backend runs 1.44.0, frontend runs 1.44.0');
});

test('failed tests: no one is asked', async () => {
  const { end } = await story(45);
  expect(end()).toBe('Pull request 45 is not deployed: 2 tests failed.');
});

test('an approval that comes the next day', async () => {
  const { later, approve, end } = await story(42);
  await later(DAY_MS + 3_600_000);
  await approve();
  await later(DAY_MS);
  await approve();
  expect(end()).toContain('backend runs 1.42.0, frontend runs 1.42.0');
});

test('a report that is lost: the target is asked again', async () => {
  vi.stubEnv('REPORT_SECRET', secret);
  vi.stubEnv('PUBLIC_URL', 'http://127.0.0.1:9');
  const { approve, later, end } = await story(42);
  for (let deploys = 0; deploys < 2; deploys += 1) {
    await approve();
    await sleep(50);
    await later(60_000);
  }
  expect(end()).toContain('backend runs 1.42.0, frontend runs 1.42.0');
});

test('no answer for three days: nothing is deployed', async () => {
  const { later, end } = await story(42);
  await later(3 * DAY_MS + 1);
  expect(end()).toContain('Pull request 42 changed nothing.');
});

test('a webhook that is delivered again starts nothing', async () => {
  const { agent } = setUp();
  const woken: string[] = [];
  const wake = (id: string) => void woken.push(id);
  const trigger = webhookTrigger(webhooks)({ agent, wake, log: () => undefined });
  for (const sender of [merged(42), merged(42), merged(43)]) await trigger.fetch(sender);
  const [first = '', again, other] = woken;
  expect([first === again, first === other]).toEqual([true, false]);
  expect((await load(agent.store, first)).events).toMatchObject([
    { text: 'pull request 42 was merged', data: { repository: 'acme/shop' } },
  ]);
});

/** A delivery as GitHub signs it. */
function merged(number: number): Request {
  const pull_request = { merged: true, number, title: 'Faster', base: { ref: 'main' } };
  const repository = { full_name: 'acme/shop' };
  const body = JSON.stringify({ action: 'closed', pull_request, repository });
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-hub-signature-256': `sha256=${signature}`,
  };
  return new Request('http://localhost/webhooks/github', { method: 'POST', headers, body });
}
