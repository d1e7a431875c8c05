import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { execa } from 'execa';
import express from 'express';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { agentServer } from '../../registry/agent/server/server.ts';
import { done, toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import { bin } from '../support/cli/run.ts';
import { home } from '../support/registry/package.ts';
import { freePort } from '../support/generated/database-servers.ts';
import { linkPackages } from '../support/project/toolchain.ts';
import { blockOf, readDoc } from '../support/docs/read-doc.ts';

let project = '';
const children = new Set<ChildProcess>();

/**
 * Tells in a file who watches threads, since nothing else shows outside that a stream has ended.
 */
const watched = `import { appendFileSync } from 'node:fs';
import { wrapStore, type Store } from './core/store.ts';

export const watched = (store: Store): Store =>
  wrapStore(store, {
    watch() {
      appendFileSync('watch.log', '+');
      return () => appendFileSync('watch.log', '-');
    },
  });
`;

beforeAll(async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'mounts-')));
  project = join(folder, 'my-agent');
  const words = 'my-agent --with server --model scripted --yes --no-install --no-git';
  await execa('node', [bin, ...words.split(' ')], { cwd: folder });
  await linkPackages(project);
  const root = join(project, 'src/agent/agent.ts');
  const text = await readFile(root, 'utf8');
  await writeFile(
    root,
    `import { watched } from './watched.ts';\n` +
      `${text.replace('fileStore()', 'watched(fileStore())')}`,
  );
  await writeFile(join(project, 'src/agent/watched.ts'), watched);
  const path = 'docs/put-an-agent-into-an-existing-product.md';
  for (const fence of readDoc(path, await readFile(join(home, path), 'utf8')).fences) {
    const block = blockOf(fence);
    if (block.kind === 'new') await write(block.path, block.text);
    if (fence.body.startsWith(`// ${route}`)) await write(route, fence.body);
  }
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});
afterAll(() => rm(dirname(project), { recursive: true, force: true, maxRetries: 3 }));

const route = 'app/agent/[...path]/route.ts';

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(project, path)), { recursive: true });
  await writeFile(join(project, path), text);
}

const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', APPROVERS: 'ada' };

/** Next builds with what is linked from elsewhere, so its root is that of the disk. */
async function buildNext(): Promise<void> {
  const settings = "{ turbopack: { root: '/' }, typescript: { ignoreBuildErrors: true } }";
  await write('next.config.mjs', `export default ${settings};\n`);
  const page = (body: string) =>
    `export default function Shown({ children }) {\n  return ${body};\n}\n`;
  await write('app/layout.jsx', page('<html><body>{children}</body></html>'));
  await write('app/page.jsx', page('<p>{children}</p>'));
  await execa('node', ['node_modules/next/dist/bin/next', 'build'], {
    cwd: project,
    env: { ...env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
    extendEnv: false,
    timeout: 150_000,
  });
}

const next = ['node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1'];

test.each([
  ['Hono', ['--import', 'tsx', 'src/with-hono.ts'], async () => {}],
  ['Express', ['--import', 'tsx', 'src/with-express.ts'], async () => {}],
  ['Next.js', next, buildNext],
])('as a part of %s, the API knows its users, streams, and ends', async (_, args, prepare) => {
  await prepare();
  const { child, send, url } = await mounted(args);
  expect(await send('s3', '/threads')).toMatchObject({ status: 401 });
  expect(await send('s1', '/openapi.json')).toMatchObject({
    body: { servers: [{ url: '/agent' }] },
  });
  const launched = await send('s2', '/threads', { message: 'ship 1.4.2 to production' });
  expect(launched.status).toBe(202);
  const { id } = launched.body;
  const stream = await follow(`${url}/threads/${id}/events`, 's2');
  const waiting = await stream.until('waiting_for_approval');
  stream.hangUp();
  await vi.waitFor(async () => expect(await watchers()).toBe(0), { timeout: 5_000 });

  const approval = { call_id: waiting.event.call_id, approved: true };
  expect(await send('s2', `/threads/${id}/approvals`, approval)).toMatchObject({ status: 403 });
  expect(await send('s1', `/threads/${id}/approvals`, approval)).toMatchObject({ status: 202 });
  expect(await send('s1', `/threads/${id}`)).toMatchObject({ status: 200 });
  expect(await send('s1', `/threads/${id}/cancel`, {})).toMatchObject({ status: 404 });
  const ending = await follow(`${url}/threads/${id}/events`, 's2');
  await ending.until('done');
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const [code, signal] = await Promise.race([
    exit,
    new Promise<string[]>((r) => setTimeout(r, 15_000, ['still there'])),
  ]);
  expect([
    [0, null],
    [143, null],
    [null, 'SIGTERM'],
  ]).toContainEqual([code, signal]);
});

/** Starts a server in the project. A session stands for a person. */
async function mounted(args: readonly string[]) {
  await rm(join(project, 'watch.log'), { force: true });
  const port = String(await freePort());
  const more = args.includes('start') ? ['-p', port] : [];
  const child = spawn(process.execPath, [...args, ...more], {
    cwd: project,
    env: { ...env, PORT: port, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: 'ignore',
  });
  children.add(child);
  const url = `http://127.0.0.1:${port}/agent`;
  await vi.waitFor(() => fetch(`${url}/healthz`), { timeout: 30_000, interval: 100 });
  async function send(session: string, path: string, body?: unknown) {
    const headers = {
      cookie: `theme=dark; session=${session}`,
      'content-type': 'application/json',
    };
    const init =
      body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, init);
    return { status: response.status, body: JSON.parse(await response.text()) };
  }
  return { child, send, url };
}

async function watchers(): Promise<number> {
  const log = await readFile(join(project, 'watch.log'), 'utf8');
  return [...log].reduce((sum, sign) => sum + (sign === '+' ? 1 : -1), 0);
}

async function follow(url: string, session: string) {
  const abort = new AbortController();
  const { body } = await fetch(url, {
    headers: { cookie: `session=${session}` },
    signal: abort.signal,
  });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    hangUp: () => abort.abort(),
    /** The first event after which the thread has that status. */
    async until(status: string) {
      for (;;) {
        const found = text
          .match(/^data: .*$/gm)
          ?.map((line) => JSON.parse(line.slice('data: '.length)));
        const happened = found?.find((one) => one.status === status);
        if (happened) return happened;
        const { value, done: isOver } = (await reader?.read()) ?? { done: true };
        if (isOver) throw new Error(`the stream ended before ${status}:\n${text}`);
        text += value;
      }
    },
  };
}

test('behind a body parser of Express, a message is empty: that is said', async () => {
  const { agent } = toyAgent([done]);
  const { fetch: handle, stop } = agentServer(agent, {
    basePath: '/agent',
    authenticate: async () => ({ name: 'ada' }),
  });
  const app = express();
  app.use(express.json());
  app.all('/agent/*path', getRequestListener(handle, { overrideGlobalObjects: false }));
  const http = app.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`http://127.0.0.1:${port}/agent/threads`, {
    method: 'POST',
    headers,
    body: '{"message":"go"}',
  });
  expect([response.status, await response.json()]).toEqual([
    400,
    { error: 'The message is empty.' },
  ]);
  http.close();
  await stop();
});
