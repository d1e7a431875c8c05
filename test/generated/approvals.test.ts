import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { editCall } from '../../registry/agent/core/edit.ts';
import { isOutcome } from '../../registry/agent/core/event.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import { approve, start } from '../../registry/agent/core/people.ts';
import { load, type Store } from '../../registry/agent/core/store.ts';
import { fileStore } from '../../registry/agent/store/file.ts';
import { memoryStore } from '../../registry/agent/store/memory.ts';
import { done, toyAgent, typesOf, write } from '../../registry/agent/testing/toy-agent.ts';
import * as earlier from '../support/generated/release-0.1.0/agent.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'approvals-'));
  folders.push(folder);
  return folder;
}

const message = { channel: 'test', from: 'ada', text: 'go' };
const staging = { ...write, to: 'staging' };
const yes = (by: string) => ({ approved: true, by });
const people = Array.from({ length: 16 }, (_, n) => `p${n}`);

/** Which of 16 people do what, all at once. */
const crowds = [
  ['each approves', () => 'approve'],
  ['half deny', (n: number) => (n % 2 ? 'approve' : 'deny')],
  ['half edit', (n: number) => (n % 2 ? 'approve' : 'edit')],
  ['all edit', () => 'edit'],
  ['some of each', (n: number) => ['approve', 'deny', 'edit'][n % 3]],
] as const;

describe.each<[string, () => Store]>([
  ['memory', memoryStore],
  ['files', () => fileStore(newFolder())],
])('in the store of %s', (_, open) => {
  describe.each([1, 2, 5])('of 16 people where %i have to approve', (count) => {
    test.each(crowds)('%s: one outcome for each call, and one run at most', async (_, does) => {
      const onWrite = { ask: 'why', approvers: people, count };
      const { agent, ran } = toyAgent([write, done], { store: open(), onWrite });
      const { id } = await start(agent, message);
      await advance(agent, id);
      const acts = people.map(async (by, n) => {
        const act = does(n);
        if (act === 'edit') return editCall(agent, `${id}:1`, { step: staging, by });
        return approve(agent, `${id}:1`, { approved: act === 'approve', by });
      });
      await Promise.allSettled([...acts, ...people.map(() => advance(agent, id))]);
      const { events } = await advance(agent, id);
      const endorsed = events.filter(
        (event) => event.type === 'endorsed' && event.call_id === `${id}:1`,
      );
      const [closing, ...more] = events.filter(
        (event) => event.type === 'approval' && event.call_id === `${id}:1`,
      );
      expect(more).toEqual([]);
      const isApproved = closing?.type === 'approval' && closing.approved;
      if (isApproved) expect(endorsed).toHaveLength(count - 1);
      else expect(endorsed.length).toBeLessThan(count);
      const isEdited = closing?.type === 'approval' && closing.edit?.awaits === 'result';
      expect(ran).toHaveLength(isApproved || isEdited ? 1 : 0);
    });
  });
});

describe('beside a process of an earlier version', () => {
  /** Two versions of one agent, on one folder of threads. The earlier one looks after each step. */
  function bothVersions(count: number) {
    const folder = newFolder();
    const onWrite = { ask: 'it writes', count };
    const now = toyAgent([write, done, done], { store: fileStore(folder), onWrite });
    const before = earlier.toyAgent([write, done], {
      store: earlier.fileStore(folder),
      onWrite: { ask: 'it writes' },
    });
    const ran = () => [...now.ran, ...before.ran];
    return { ...now, before: before.agent, ran };
  }

  test('two approve: it never runs with one, and runs once with both', async () => {
    const { agent, before, ran } = bothVersions(2);
    const { id } = await start(agent, message);
    await advance(agent, id);
    await earlier.advance(before, id);
    await approve(agent, `${id}:1`, yes('ada'));
    for (let round = 0; round < 3; round++) {
      const { state } = await earlier.advance(before, id);
      expect([state.status, ran()]).toEqual(['waiting_for_approval', []]);
    }
    await approve(agent, `${id}:1`, yes('bob'));
    await Promise.all([earlier.advance(before, id), advance(agent, id)]);
    await earlier.advance(before, id);
    expect(ran()).toEqual([`write to production ${id}:1`]);
  });

  test('the earlier version reads an edit as a denial, and runs nothing', async () => {
    const { agent, before, ran } = bothVersions(2);
    const { id } = await start(agent, message);
    await advance(agent, id);
    await editCall(agent, `${id}:1`, { step: staging, by: 'ada', comment: 'first' });
    expect((await earlier.load(before.store, id)).state.status).toBe('thinking');
    expect((await load(agent.store, id)).state.status).toBe('waiting_for_approval');
    const seen = await earlier.advance(before, id);
    expect([seen.state.status, ran()]).toEqual(['done', []]);
    await approve(agent, `${id}:2`, yes('bob'));
    await earlier.advance(before, id);
    expect(ran()).toEqual([]);
    const { events, state } = await advance(agent, id);
    await earlier.advance(before, id);
    await advance(agent, id);
    expect(ran()).toEqual([`write to staging ${id}:2`]);
    expect([state.status, events.filter(isOutcome).length]).toEqual(['done', 1]);
    expect(typesOf(events).startsWith('message tool_call approval tool_call approval')).toBe(true);
  });

  test('the earlier version never claims the call of an edit that is ready', async () => {
    const { agent, before, ran } = bothVersions(1);
    const { id } = await start(agent, message);
    await advance(agent, id);
    await editCall(agent, `${id}:1`, { step: staging, by: 'ada' });
    await earlier.advance(before, id);
    expect(ran()).toEqual([]);
    await advance(agent, id);
    await earlier.advance(before, id);
    expect(ran()).toEqual([`write to staging ${id}:2`]);
  });
});
