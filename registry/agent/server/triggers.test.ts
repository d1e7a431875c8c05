// @vitest-environment node
import { expect, test, vi } from 'vitest';
import type { Agent, Outbox, Trigger } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import { start } from '../core/people.ts';
import { load } from '../core/store.ts';
import { done, toyAgent, typesOf } from '../testing/toy-agent.ts';
import { agentServer } from './server.ts';

const silent = { log: () => undefined };

/** Starts a thread for each POST, and says which path was asked. */
const hook: Trigger = ({ agent, wake }) => ({
  async fetch(request) {
    const text = await request.text();
    if (request.method === 'POST') {
      const { id } = await start(agent, { channel: 'hook', from: 'hook', text });
      wake(id);
    }
    return new Response(new URL(request.url).pathname, { status: 202 });
  },
});

function serve(parts: Partial<Agent>, basePath?: string) {
  const { agent } = toyAgent([done]);
  const serving: Agent = { ...agent, ...parts };
  const options = { ...silent, everyMs: 5, ...(basePath && { basePath }) };
  const server = agentServer(serving, options);
  const send = (method: string, path: string) => {
    const init = method === 'POST' ? { method, body: 'go' } : { method };
    return server.fetch(new Request(`http://agent.test${path}`, init));
  };
  return { agent: serving, server, send };
}

test.each([
  ['', '/hooks', 202],
  ['', '/hooks/github', 202],
  ['', '/hooks/github/', 202],
  ['', '/hooks-and-more', 404],
  ['/agent', '/agent/hooks/github', 202],
  ['/agent', '/hooks/github', 404],
])(
  'a trigger gets the requests at its path and below: "%s", %s',
  async (basePath, path, status) => {
    const { server, send } = serve({ triggers: { hooks: hook } }, basePath || undefined);
    const response = await send('GET', path);
    expect(response.status).toBe(status);
    if (status === 202) expect(await response.text()).toBe(path);
    await server.stop(0);
  },
);

test('a trigger starts a thread, and the worker advances it', async () => {
  const { agent, server, send } = serve({ triggers: { hooks: hook } });
  await send('POST', '/hooks');
  const [thread] = await agent.store.list({ limit: 10 });
  await vi.waitFor(async () => {
    const { events } = await load(agent.store, thread?.id ?? '');
    expect(typesOf(events)).toBe('message tool_call');
  });
  await server.stop(0);
});

test('a trigger that cannot be opened stops the others and the start of the server', () => {
  const stop = vi.fn(() => Promise.resolve());
  const refuse: Trigger = () => {
    throw new Refused('Set HOOK_SECRET in .env.');
  };
  const triggers = { ok: () => ({ stop }), bad: refuse };
  expect(() => serve({ triggers })).toThrow('Set HOOK_SECRET in .env.');
  expect(stop).toHaveBeenCalledOnce();
});

test('the health check names a trigger that does not work, and a stop stops triggers', async () => {
  const stop = vi.fn(() => Promise.resolve());
  let problem: string | undefined;
  const { server, send } = serve({ triggers: { chat: () => ({ stop, problem: () => problem }) } });
  expect(await (await send('GET', '/healthz')).json()).toEqual({ status: 'ok' });
  problem = 'its token was revoked';
  const response = await send('GET', '/healthz');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ok', problems: { chat: problem } });
  await server.stop(0);
  expect(stop).toHaveBeenCalledOnce();
});

test('people are told after an event was saved, and a failure is retried', async () => {
  let failures = 1;
  const sent: string[] = [];
  const outbox: Outbox = {
    dueAt: () => new Date(0).toISOString(),
    send: (_, id) => {
      failures -= 1;
      if (failures >= 0) return Promise.reject(new Error('away'));
      sent.push(id);
      return Promise.resolve();
    },
  };
  const { server, send } = serve({ outbox, triggers: { hooks: hook } });
  await send('POST', '/hooks');
  await vi.waitFor(() => expect(sent.length).toBeGreaterThan(0), 4_000);
  await server.stop(0);
});
