import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { fileStore } from '../../registry/agent/store/file.ts';
import { listAll } from '../../registry/agent/core/store.ts';
import { blockOf, readDoc } from '../support/docs/read-doc.ts';
import { freePort } from '../support/generated/database-servers.ts';
import { writeStarter } from '../support/generated/starter.ts';
import { home } from '../support/registry/package.ts';

const secret = 'correct-horse-battery-staple';
const path = 'docs/webhooks.md';
const children = new Set<ChildProcess>();
let project = '';

beforeAll(async () => {
  project = await writeStarter(undefined, 'webhook', 'worker');
  for (const fence of readDoc(path, readFileSync(join(home, path), 'utf8')).fences) {
    const block = blockOf(fence);
    if (block.kind === 'new') await writeFile(join(project, block.path), block.text);
  }
});
afterEach(async () => {
  for (const child of children) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  children.clear();
});
afterAll(() => rm(project, { recursive: true, force: true, maxRetries: 3 }));

async function startHost(file: string, env: Readonly<Record<string, string>>) {
  const port = String(await freePort());
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', join(project, 'src', file)], {
    cwd: project,
    env: { PATH, HOME: project, PORT: port, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.add(child);
  let err = '';
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  return { child, url: `http://127.0.0.1:${port}`, err: () => err };
}

const merged = (title: string) =>
  JSON.stringify({
    action: 'closed',
    pull_request: { merged: true, number: 7, title, base: { ref: 'main' } },
    repository: { full_name: 'acme/shop' },
  });

function send(url: string, body: string | Buffer, signature?: string): Promise<Response> {
  const signed = createHmac('sha256', secret).update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'pull_request',
    'x-hub-signature-256': `sha256=${signature ?? signed}`,
  };
  return fetch(`${url}/webhooks/github`, { method: 'POST', headers, body });
}

async function threads(): Promise<readonly string[]> {
  const ids: string[] = [];
  const store = fileStore(join(project, '.agent/threads'));
  for await (const { id } of listAll(store, { limit: 500 })) ids.push(id);
  return ids;
}

test.each(['webhooks-in-hono.ts', 'webhooks-in-express.ts'])(
  '%s of the page takes deliveries as they were sent',
  async (file) => {
    const { url } = await startHost(file, { GITHUB_WEBHOOK_SECRET: secret });
    await vi.waitFor(() => fetch(url), { timeout: 20_000, interval: 100 });
    const before = await threads();
    // Spaces and letters that are not ASCII: parsing and printing again would change the bytes.
    const body = merged(`${file}: schön \u{1f600}`).replace('{', '{ ');
    const refused = await send(url, body, '0'.repeat(64));
    expect([refused.status, await threads()]).toEqual([401, before]);
    const answers = await Promise.all([send(url, body), send(url, body)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    const [first, again] = (await Promise.all(answers.map((one) => one.text()))).map((text) =>
      JSON.parse(text),
    );
    expect(again).toEqual(first);
    const store = fileStore(join(project, '.agent/threads'));
    await vi.waitFor(async () => expect((await store.load(first.id)).length).toBeGreaterThan(1));
    const [message] = await store.load(first.id);
    expect(message).toMatchObject({
      type: 'message',
      channel: 'webhook',
      from: 'github',
      data: { repository: 'acme/shop', number: 7, branch: 'main' },
    });
    expect(await threads()).toHaveLength(before.length + 1);

    const other = await send(url, '{"action":"opened"}');
    expect([other.status, await other.text()]).toEqual([204, '']);
    expect((await send(url, Buffer.alloc(1_100_000, ' '))).status).toBe(413);
    expect((await fetch(`${url}/webhooks/other`, { method: 'POST' })).status).toBe(404);
  },
);

test('without the secret, a host does not start, and says which variable to set', async () => {
  const { child, err } = await startHost('webhooks-in-hono.ts', {});
  const [code] = await once(child, 'exit');
  expect([code, err()]).toEqual([1, expect.stringContaining('Set GITHUB_WEBHOOK_SECRET in .env')]);
});
