import { execa } from 'execa';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { load } from '../../registry/agent/core/store.ts';
import { fileStore } from '../../registry/agent/store/file.ts';
import { ask, done, hear, toyAgent, typesOf } from '../../registry/agent/testing/toy-agent.ts';
import { wakeTrigger } from '../../registry/agent/wake/trigger.ts';
import { readDoc } from '../support/docs/read-doc.ts';
import { engines, runnerAt } from '../support/generated/engines.ts';
import { serveAgent } from '../support/generated/serve-agent.ts';
import { startServed, writeServed } from '../support/generated/served-agent.ts';
import { home } from '../support/registry/package.ts';

const page = 'docs/wake-from-anything.md';
const { fences } = readDoc(page, readFileSync(join(home, page), 'utf8'));
const shown = fences.find(({ body }) => body.includes('curl '))?.body ?? '';
const secret = 'a secret of 26 characters.';
const root = mkdtempSync(join(tmpdir(), 'wake-'));
// PostgreSQL runs as another user, who has to enter it.
chmodSync(root, 0o755);
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));

/** Runs the lines that the page shows, for another thread and server. */
async function wakeAsShown(url: string, id: string, key = secret) {
  const script = shown.replace('http://127.0.0.1:3000', url).replace('t_4k7x2p', id);
  const options = ['set -e', 'curl() { command curl -sS -w " %{http_code}" "$@"; }', script];
  writeFileSync(join(root, '.env'), `WAKE_SECRET='${key}'\n`);
  const { stdout } = await execa('sh', ['-c', options.join('\n')], { cwd: root });
  const [, json = '', status = ''] = /^(.*) (\d+)$/s.exec(stdout) ?? [];
  return { status, body: JSON.parse(json) };
}

test('the request that the page shows wakes a thread of a server that saved nothing itself', async () => {
  const THREADS = join(root, 'threads');
  const folder = writeServed(join(root, 'agent'));
  const env = { STORE: 'file', THREADS, WAKE_SECRET: `${secret},a secret that is older` };
  const server = await startServed(folder, env);
  onTestFinished(() => void server.child.kill('SIGKILL'));
  const { agent } = toyAgent([], { store: fileStore(THREADS) });
  // Another program saves it: the server would find it after 200 s.
  await hear({ ...agent, now: Date.now }, 't_1', JSON.stringify([ask]));

  const woken = await wakeAsShown(server.url, 't_1');
  const due = expect.stringMatching(/^\d{4}-.*Z$/);
  expect(woken).toEqual({
    status: '202',
    body: { id: 't_1', status: 'thinking', version: 1, due },
  });
  await vi.waitFor(async () => {
    expect(typesOf((await load(agent.store, 't_1')).events)).toBe('message tool_call');
  }, 5_000);
  const again = await wakeAsShown(server.url, 't_1', 'a secret that is older');
  expect(again).toMatchObject({ status: '202', body: { status: 'waiting_for_human', version: 2 } });

  expect((await wakeAsShown(server.url, 't_2')).status).toBe('404');
  expect((await wakeAsShown(server.url, 't_1', 'another secret, a wrong one')).status).toBe('401');
  expect(await agent.store.load('t_1')).toHaveLength(2);
});

test('a server does not start with a secret that is too short', async () => {
  const folder = writeServed(join(root, 'closed'));
  const closed = await startServed(folder, { WAKE_SECRET: 'short' });
  expect(await closed.ended).toBe(1);
  expect(closed.err()).toContain('A secret in WAKE_SECRET is too short: use 16 characters.');
});

test.for(engines)(
  'with $name, a server that advances nothing wakes a thread in another server',
  { timeout: 60_000 },
  async ({ name, missing, open }, context) => {
    if (missing) return context.skip(missing);
    vi.stubEnv('WAKE_SECRET', secret);
    const folder = join(root, name);
    mkdirSync(folder);
    const engine = await open(folder);
    const { agent: toy } = toyAgent([done]);
    const address = { name, url: engine.url, space: 'wake' };
    const serve = async (atOnce: number) => {
      const agent = { ...toy, runner: await runnerAt(address), triggers: { wake: wakeTrigger } };
      return await serveAgent(agent, { atOnce, everyMs: Infinity });
    };
    const wakes = await serve(0);
    const advances = await serve(4);
    onTestFinished(async () => {
      await Promise.all([wakes.stop(), advances.stop()]);
      await engine.stop();
      vi.unstubAllEnvs();
    });
    await hear(toy, 't_1');
    expect((await wakeAsShown(wakes.url, 't_1')).status).toBe('202');
    await vi.waitFor(async () => {
      expect(typesOf(await toy.store.load('t_1'))).toBe('message tool_call');
    }, 20_000);
  },
);
