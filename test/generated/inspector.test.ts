// @vitest-environment node
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Agent } from '../../registry/agent/core/agent.ts';
import { escapeControls, escapeUnseen } from '../../registry/agent/core/sanitize.ts';
import { append, load } from '../../registry/agent/core/store.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import { agentServer, type ServerOptions } from '../../registry/agent/server/server.ts';
import { done, hear, read, toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import { script } from '../../registry/agent/inspector/script.ts';
import type { SeenRequest } from '../../registry/agent/inspector/seen-request.ts';
import { inspectorTrigger } from '../../registry/agent/inspector/trigger.ts';

const home = 'http://localhost:3000';

/** A server with a thread `t_1` by ada, in which the model read something and was done. */
async function served(parts: Partial<Agent> = {}, options: ServerOptions = {}) {
  const { agent } = toyAgent([read, done]);
  await hear(agent, 't_1');
  await advance(agent, 't_1');
  const { prompt = agent.prompt } = parts;
  const triggers = { inspector: inspectorTrigger, ...parts.triggers };
  const serving: Agent = { ...agent, ...parts, prompt, triggers };
  const server = agentServer(serving, { isPrivate: true, log: () => undefined, ...options });
  onTestFinished(() => void server.stop(100));
  const send = (path: string, init: RequestInit = {}) =>
    server.fetch(new Request(home + path, init));
  return { agent: serving, server, send };
}

/** A user, another user, and an operator, each by a cookie. */
const authenticate: NonNullable<ServerOptions['authenticate']> = ({ headers }) => {
  const name = /name=(\w+)/.exec(headers.get('cookie') ?? '')?.[1];
  return Promise.resolve(name ? { name, isOperator: name === 'operator' } : undefined);
};

describe('the page', () => {
  test.each([
    ['/inspector/', 'text/html'],
    ['/inspector/script.js', 'text/javascript'],
    ['/inspector/style.css', 'text/css'],
  ])('%s can load nothing from elsewhere, and no other page can frame it', async (path, type) => {
    const { send } = await served();
    const response = await send(path);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
        "img-src data: 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  test('has no script, style or handler of its own in its markup', async () => {
    const { send } = await served();
    const html = await (await send('/inspector/')).text();
    expect(html.match(/<script[^]*?<\/script>/g)).toEqual([
      '<script type="module" src="script.js"></script>',
    ]);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/i);
  });

  test('never turns a text into markup', () => {
    expect(script).not.toMatch(
      /innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(/,
    );
  });

  test.each([
    ['/inspector', 302, 'inspector/'],
    ['/inspector/nothing', 404, null],
    ['/inspector/api/healthz', 404, null],
    ['/inspector/api/threads/../../healthz', 404, null],
  ])('%s is answered with %i', async (path, status, location) => {
    const { send } = await served();
    const response = await send(path);
    expect(response.status).toBe(status);
    expect(response.headers.get('location')).toBe(location);
  });

  test.each(['debug', 'de.bug', 'de(bug'])('works as %s, below another path', async (key) => {
    const triggers = { [key]: inspectorTrigger, inspector: () => ({}) };
    const { send } = await served({ triggers }, { basePath: '/agent' });
    const path = `/agent/${key}`;
    expect((await send(path)).headers.get('location')).toBe(`${key}/`);
    expect((await send(`${path}/script.js`)).status).toBe(200);
    expect((await send(`${path}/api/threads/t_1`)).status).toBe(200);
    expect((await send(`${path}/requests/t_1/1`)).status).toBe(200);
  });

  test.each([
    ['inspector', '/inspector', '/inspector/inspector'],
    ['inspector', '/x/inspector/y', '/x/inspector/y/inspector'],
    ['api', '/api/v1', '/api/v1/api'],
    ['my page', '/agent', '/agent/my%20page'],
    ['é', '', '/%C3%A9'],
  ])('is found as %s below the path "%s"', async (key, basePath, at) => {
    const triggers = { inspector: () => ({}), [key]: inspectorTrigger };
    const { send } = await served({ triggers }, { basePath });
    const { headers } = await send(at);
    expect(headers.get('location')).toBe(`${at.split('/').pop()}/`);
    const paths = ['/', '/script.js', '/api/threads', '/requests/t_1/1', '/api/threads/t_1'];
    const statuses = await Promise.all(paths.map(async (path) => (await send(at + path)).status));
    expect(statuses).toEqual(paths.map(() => 200));
    expect((await send(`${at}/other`)).status).toBe(404);
  });

  test('is named to the server, and not to a worker', async () => {
    const { agent, server } = await served();
    expect(server.triggers.get('inspector')?.page).toBe('Inspector');
    expect(inspectorTrigger({ agent, wake: () => undefined, log: () => undefined })).toEqual({});
  });

  test('escapes the characters that the terminal and other pages escape', () => {
    const patterns = /const acting = (\/.*\/gu);\nconst unseen = (\/.*\/gu);/.exec(script);
    const toPattern = (text = '') => new RegExp(text.slice(1, -3), 'gu');
    const acting = toPattern(patterns?.[1]);
    const unseen = toPattern(patterns?.[2]);
    for (let code = 0; code < 0x110000; code += 1) {
      const one = String.fromCodePoint(code);
      // Both keep line feeds, which JSON in lines needs; the page keeps tabs, too.
      if (one === '\n' || one === '\t') continue;
      if ((one.search(acting) === 0) !== (escapeControls(one) !== one)) throw new Error(`${code}`);
      if ((one.search(unseen) === 0) !== (escapeUnseen(one) !== one)) throw new Error(`${code}`);
    }
  });
});

describe('rights', () => {
  const cancel = { method: 'POST', body: '{}' };
  const json = { 'content-type': 'application/json' };

  test.each([
    ['no one', {}, 401, 401],
    ['the owner', { cookie: 'name=ada' }, 200, 403],
    ['another user', { cookie: 'name=bob' }, 404, 403],
    ['an operator', { cookie: 'name=operator' }, 200, 200],
  ])('%s has those of the API, and only operators see requests', async (_, headers, get, seen) => {
    const { send } = await served({}, { authenticate, isPrivate: false });
    expect((await send('/inspector/api/threads/t_1', { headers })).status).toBe(get);
    const response = await send('/inspector/requests/t_1/1', { headers });
    expect(response.status).toBe(seen);
    if (seen !== 200) expect(await response.text()).not.toContain('Play.');
  });

  test.each([
    ['through a proxy', home, { 'x-forwarded-for': '10.0.0.1' }],
    ['under another name', 'http://rebound.test:3000', {}],
  ])('a server for this machine only refuses a request %s', async (_, origin, headers) => {
    const { server } = await served();
    for (const path of ['api/threads', 'api/threads/t_1/events', 'requests/t_1/1']) {
      const request = new Request(`${origin}/inspector/${path}`, { headers });
      expect((await server.fetch(request)).status).toBe(401);
    }
  });

  test.each<readonly [string, Record<string, string>, number]>([
    ['this page', { origin: home, ...json }, 202],
    [
      'this page behind a proxy',
      { origin: 'https://a.test', 'sec-fetch-site': 'same-origin' },
      202,
    ],
    ['a program', {}, 202],
    ['another site', { origin: 'https://evil.test', ...json }, 403],
    ['another port', { origin: 'http://localhost:3001', ...json }, 403],
    ['a frame without an origin', { origin: 'null', ...json }, 403],
    ['a subdomain', { 'sec-fetch-site': 'same-site', ...json }, 403],
    ['an old browser on another site', { origin: 'https://evil.test' }, 403],
    ['a form', { origin: home, 'content-type': 'text/plain' }, 415],
  ])('a change by %s, with the cookie of an operator, gets %o', async (_, headers, status) => {
    const { agent, send } = await served({}, { authenticate, isPrivate: false });
    const sent = { ...json, ...headers, cookie: 'name=operator' };
    const response = await send('/inspector/api/threads/t_1/cancel', { ...cancel, headers: sent });
    expect(response.status).toBe(status);
    const { state } = await load(agent.store, 't_1');
    expect(state.status).toBe(status === 202 ? 'cancelled' : 'done');
  });

  test('files and requests cannot be posted to', async () => {
    const { send } = await served();
    for (const path of ['/inspector/', '/inspector/script.js', '/inspector/requests/t_1/1'])
      expect((await send(path, { ...cancel, headers: json })).status).toBe(405);
  });

  test('what is passed on has the query, and the headers of the page', async () => {
    const { send } = await served();
    const response = await send('/inspector/api/threads?limit=1&status=failed');
    expect(await response.json()).toEqual({ threads: [], next: null });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await send('/inspector/api/threads?limit=0')).status).toBe(400);
  });
});

describe('the request of a step', () => {
  const toy = toyAgent([]).agent;
  const seenBy = async ({ send }: Awaited<ReturnType<typeof served>>, version: number) => {
    const response = await send(`/inspector/requests/t_1/${version}`);
    expect(response.status).toBe(200);
    return (await response.json()) as SeenRequest;
  };

  test('is shown with the blocks that were new', async () => {
    const server = await served();
    const first = await seenBy(server, 1);
    expect(first).toMatchObject({ match: 'same', system: 'Play.', known: 0, sent: null });
    expect(first.blocks).toEqual(['<message>\n from: ada\n text: go']);
    const second = await seenBy(server, 4);
    expect(second).toMatchObject({ match: 'same', known: 1 });
    expect(second.blocks).toEqual([
      ...first.blocks,
      '<tool_call>\n intent: read',
      '<tool_result>\n ok',
    ]);
    expect(JSON.stringify(second.schema)).toContain('"const":"read"');
  });

  test.each([
    ['prompt', { prompt: 'Play better.' }],
    ['context', { context: () => ['other'] }],
    ['schema', { tools: { ...toy.tools, schema: toy.tools.schema.describe('other') } }],
  ])('has changed with the %s', async (_, parts) => {
    expect((await seenBy(await served(parts), 4)).match).toBe('changed');
  });

  test('is unknown without a hash, as in threads of earlier versions', async () => {
    const server = await served();
    const thread = await load(server.agent.store, 't_1');
    const call = { call_id: 't_1:6', step: done, awaits: 'message', at: '2026-01-01T00:00:00Z' };
    const heard = await hear(server.agent, 't_1', 'again');
    expect(heard.events).toHaveLength(thread.events.length + 1);
    await append(server.agent.store, heard, { type: 'tool_call', ...call, awaits: 'message' });
    expect((await seenBy(server, 6)).match).toBe('unknown');
  });

  test('has what the model sends, without what may hold a key', async () => {
    const preview = ({ blocks }: { blocks: readonly string[] }) => ({
      url: 'https://me:secret@models.test/v1?key=secret',
      body: { blocks: blocks.length },
    });
    const server = await served({ model: Object.assign(toy.model.bind(null), { preview }) });
    expect((await seenBy(server, 4)).sent).toEqual({
      url: 'https://models.test/v1',
      body: { blocks: 3 },
    });
  });

  test.each([
    ['t_1/0', 409, 'The model did not choose event 1 of t_1.'],
    ['t_1/99', 409, 'The model did not choose event 100 of t_1.'],
    ['t_2/1', 404, 'There is no thread t_2.'],
  ])('of %s does not exist', async (path, status, error) => {
    const { send } = await served();
    const response = await send(`/inspector/requests/${path}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error });
  });

  test('cannot be built if the code of today fails', async () => {
    const context = () => {
      throw new Error('no field notes');
    };
    const { send } = await served({ context });
    const response = await send('/inspector/requests/t_1/4');
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual({
      error: 'The code of today cannot build this request: no field notes',
    });
  });

  test('cannot be built if agent.ts lost the agent', async () => {
    const { agent, send } = await served();
    const at = '2026-01-01T00:00:00.000Z';
    const message = { type: 'message', channel: 'x', from: 'ada', text: 'go', agent: 'gone', at };
    const gone = await append(agent.store, await load(agent.store, 't_3'), {
      ...message,
      type: 'message',
    });
    await append(agent.store, gone, { type: 'model_error', error: 'odd', at });
    const response = await send('/inspector/requests/t_3/1');
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual({
      error: 'agents in agent.ts has no gone: t_3 needs it.',
    });
  });
});
