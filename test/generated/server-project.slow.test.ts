import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it, vi } from 'vitest';
import { run } from '../support/cli/run.ts';
import { startServer } from '../support/generated/start-server.ts';
import { tempFolder } from '../support/project/temp.ts';
import { linkPackages } from '../support/project/toolchain.ts';

/** A project with a server, as `create` makes it. */
async function project(...more: readonly string[]): Promise<string> {
  const folder = await tempFolder();
  await run(['my-agent', '--with', 'server', ...more, '--yes', '--no-install', '--no-git'], folder);
  await linkPackages(join(folder, 'my-agent'));
  return join(folder, 'my-agent');
}

async function send(url: string, body?: object) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(
    url,
    body && { method: 'POST', headers, body: JSON.stringify(body) },
  );
  return { status: response.status, body: JSON.parse(await response.text()) };
}

/** The thread, once `isThere` is true of it. */
const until = async (
  url: string,
  id: string,
  isThere: (thread: { status: string; version: number }) => boolean,
) =>
  vi.waitFor(
    async () => {
      const { body } = await send(`${url}/threads/${id}`);
      expect(isThere(body), JSON.stringify(body)).toBe(true);
      return body;
    },
    { timeout: 60_000, interval: 20 },
  );

async function bundled(root: string): Promise<readonly string[]> {
  const [entryPoints, outfile] = [
    [join(root, 'src/agent/server/main.ts')],
    join(root, 'dist/server.cjs'),
  ];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    logLevel: 'silent',
  });
  return ['dist/server.cjs'];
}

it.each([
  ['as source', async () => undefined],
  ['as a bundle', bundled],
])('the server of a new project tells the story, and stops when asked, %s', async (_, prepare) => {
  const root = await project('--model', 'scripted');
  const { url, end } = await startServer(root, await prepare(root));
  const launched = await send(`${url}/threads`, { message: 'ship 1.4.2 to production' });
  expect(launched.status).toBe(202);
  const { id } = launched.body;
  const { open } = await until(url, id, ({ status }) => status === 'waiting_for_approval');
  expect(open.step).toEqual({ intent: 'deploy', version: '1.4.2', to: 'production' });
  const approval = { call_id: open.call_id, approved: true };
  expect((await send(`${url}/threads/${id}/approvals`, approval)).status).toBe(202);
  expect((await send(`${url}/threads/${id}/approvals`, approval)).status).toBe(409);
  await until(url, id, ({ status }) => status === 'done');
  expect(await end('SIGTERM')).toBe(0);
});

it('stopped while a tool runs, it saves the outcome; the next server continues', async () => {
  const root = await project('--model', 'scripted');
  const first = await startServer(root);
  const { id } = (await send(`${first.url}/threads`, { message: 'ship 1.4.2 to staging' })).body;
  const { version } = await until(
    first.url,
    id,
    ({ status, version: n }) => status === 'running' && n > 5,
  );
  expect(await first.end('SIGTERM')).toBe(0);
  const second = await startServer(root);
  const { events } = await until(second.url, id, ({ status }) => status === 'done');
  expect(events[version]).toMatchObject({ type: 'tool_result', attempt: 1 });
});

it('killed while a tool runs, the next server asks a person once the lease is over', async () => {
  const root = await project('--model', 'scripted');
  const first = await startServer(root);
  const { id } = (await send(`${first.url}/threads`, { message: 'ship 1.4.2 to staging' })).body;
  await until(first.url, id, ({ status, version }) => status === 'running' && version > 5);
  expect(await first.end('SIGKILL')).toBe('SIGKILL');
  const second = await startServer(root);
  const { status, open } = await until(second.url, id, ({ status: now }) => now !== 'running');
  expect([status, open.step.intent]).toEqual(['waiting_for_human', 'deploy']);
  const answer = { call_id: open.call_id, text: 'I looked: it is there' };
  expect((await send(`${second.url}/threads/${id}/responses`, answer)).status).toBe(202);
  await until(second.url, id, ({ status: now }) => now === 'done');
});

it('without a key no script stands in: it ends, and names the variables', async () => {
  await expect(startServer(await project())).rejects.toThrow(/ANTHROPIC_API_KEY or OPENAI_API_KEY/);
});
