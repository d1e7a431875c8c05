import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { agentClient } from '../../registry/agent/client/client.ts';
import type { Agent } from '../../registry/agent/core/agent.ts';
import type { Model } from '../../registry/agent/core/model.ts';
import { agentServer } from '../../registry/agent/server/server.ts';
import { postgresStore } from '../../registry/agent/store/postgres.ts';
import { ask, toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import { startWorker } from '../../registry/agent/worker/worker.ts';
import { newPostgres, type DatabaseServer } from '../support/generated/database-servers.ts';

const root = mkdtempSync(join(tmpdir(), 'shared-drafts-'));
// As root, PostgreSQL runs as a user of its own.
chmodSync(root, 0o755);
let postgres: DatabaseServer | undefined;

beforeAll(async () => {
  postgres = await newPostgres(root);
  await postgres.start();
});
afterAll(async () => {
  await postgres?.stop();
  rmSync(root, { recursive: true, force: true });
});

/** A connection of its own to the database, as in another process. */
function open() {
  const store = postgresStore(postgres?.url, 'shared');
  onTestFinished(() => store.close());
  return store;
}

const silent = () => undefined;
const answer = JSON.stringify({ next_step: ask });

/** Writes its answer character by character, so slowly that the store carries it in parts. */
const slowModel: Model = async ({ onText }) => {
  if (!onText) return { step: ask };
  for (let end = 1; end <= answer.length; end += 1) {
    onText(answer.slice(0, end));
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  return { step: ask };
};

test('drafts of a worker in another process reach the clients of a server', async () => {
  const { agent } = toyAgent([]);
  const idle = { wake: silent, stop: () => Promise.resolve(), running: () => [] };
  const front: Agent = { ...agent, store: open(), runner: () => idle };
  const server = agentServer(front, { isPrivate: true, log: silent });
  onTestFinished(() => void server.stop(100));
  const worker = startWorker({ ...agent, store: open(), model: slowModel }, { log: silent });
  onTestFinished(() => void worker.stop(100));
  const client = agentClient({
    url: 'http://localhost',
    fetch: (url, init) => server.fetch(new Request(url, init)),
    drafts: true,
  });
  // Both listen on connections of their own.
  await vi.waitFor(
    async () => {
      const drafts: string[] = [];
      const { id } = await client.launch({ message: 'go' });
      setTimeout(() => worker.advance(id), 200);
      const onDraft = (draft?: { texts: Readonly<Record<string, string>> }) =>
        drafts.push(draft?.texts['question'] ?? '');
      for await (const { status } of client.events(id, { onDraft }))
        if (status === 'waiting_for_human') break;
      const [first = '', ...more] = drafts.filter(Boolean);
      expect('Which one?'.startsWith(first)).toBe(true);
      expect(more.length).toBeGreaterThan(0);
      expect(drafts[drafts.length - 1]).toBe('');
    },
    { timeout: 20_000, interval: 500 },
  );
});

test('a text of another size than NOTIFY takes is lost, and nothing else', async () => {
  const [one, other] = [open(), open()];
  const heard: string[] = [];
  onTestFinished(other.listen((text) => heard.push(text)));
  await vi.waitFor(() => {
    one.broadcast('x'.repeat(9_000));
    one.broadcast('hello');
    expect(heard).toContain('hello');
  }, 10_000);
  expect(heard.every((text) => text === 'hello')).toBe(true);
});
