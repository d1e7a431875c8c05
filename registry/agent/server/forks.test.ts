// @vitest-environment node
import { afterEach, expect, test, vi } from 'vitest';
import type { Event, Step } from '../core/event.ts';
import type { OpenCall } from '../core/thread.ts';
import { done, hear, read, toyAgent, typesOf, write } from '../testing/toy-agent.ts';
import type { Principal } from './authenticate.ts';
import { agentServer, type AgentServer } from './server.ts';

type Body = {
  readonly id: string;
  readonly status: string;
  readonly open: OpenCall;
  readonly events: readonly Event[];
  readonly error: string;
};

const servers: AgentServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop(0);
});

/** A server in which `x-user` names the sender, and the thread of eve that has ended. */
async function serve(steps: readonly Step[]) {
  const { agent, ran } = toyAgent(steps);
  const authenticate = ({ headers }: Request): Promise<Principal> => {
    const name = headers.get('x-user') ?? '';
    return Promise.resolve({
      name,
      isOperator: name === 'root',
    });
  };
  const server = agentServer(agent, {
    authenticate,
    log: () => undefined,
  });
  servers.push(server);
  async function send(as: string, path: string, body?: unknown, key = '') {
    const headers = {
      'content-type': 'application/json',
      'x-user': as,
      ...(key && { 'idempotency-key': key }),
    };
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const request = new Request(`http://agent.test/threads${path}`, { ...init, headers });
    const response = await server.fetch(request);
    return {
      status: response.status,
      body: (await response.json()) as Body,
    };
  }
  const rests = (id: string, status: string) =>
    vi.waitFor(async () => {
      const { body } = await send('root', `/${id}`);
      expect(body.status).toBe(status);
      return body;
    });
  const { id } = (await send('eve', '', { message: 'go' })).body;
  return { agent, send, rests, id, ran };
}

test('the owner and an operator fork a thread, and for others it does not exist', async () => {
  const { send, rests, id } = await serve([write, done]);
  const { open } = await rests(id, 'waiting_for_approval');
  // Ada sees it, because she may approve.
  expect((await send('ada', `/${id}`)).status).toBe(200);
  const forks = ['eve', 'root', 'ada', 'mallory'].map((as) => send(as, `/${id}/forks`, {}));
  const [own, operated, ...refused] = await Promise.all(forks);
  expect(refused.map(({ status }) => status)).toEqual([404, 404]);
  expect([own?.status, operated?.status]).toEqual([202, 202]);
  const copy = own?.body.id ?? '';
  await rests(copy, 'waiting_for_approval');
  const mayRead = async (as: string, one: string) => (await send(as, `/${one}`)).status;
  expect(await mayRead('eve', copy)).toBe(200);
  expect(await mayRead('eve', operated?.body.id ?? '')).toBe(404);
  // A copy changes nothing in its source.
  await send('eve', `/${copy}/cancel`, {});
  expect((await rests(id, 'waiting_for_approval')).open).toEqual(open);
});

test('someone who decided on a call does not see the copies of its thread', async () => {
  const { send, rests, id } = await serve([write, done]);
  const { open } = await rests(id, 'waiting_for_approval');
  await send('ada', `/${id}/approvals`, {
    call_id: open.call_id,
    approved: true,
  });
  await rests(id, 'done');
  const copy = (await send('eve', `/${id}/forks`, {})).body;
  expect(copy.status).toBe('done');
  expect((await send('ada', `/${id}`)).status).toBe(200);
  expect((await send('ada', `/${copy.id}`)).status).toBe(404);
});

test('a copy waits for approval at each step, until an approver lifts that', async () => {
  const { send, rests, id, ran } = await serve([read, read, done]);
  await rests(id, 'done');
  const fork = await send('eve', `/${id}/forks`, {
    version: 1,
  });
  expect(fork).toMatchObject({
    status: 202,
    body: { status: 'thinking' },
  });
  const copy = fork.body.id;
  const { open } = await rests(copy, 'waiting_for_approval');
  const lift = async (as: string) => (await send(as, `/${copy}/lift`, {})).status;
  expect([await lift('eve'), await lift('mallory')]).toEqual([403, 404]);
  expect([await lift('ada'), await lift('ada')]).toEqual([202, 409]);
  expect(ran).toHaveLength(2);
  await send('ada', `/${copy}/approvals`, {
    call_id: open.call_id,
    approved: true,
  });
  const { events } = await rests(copy, 'done');
  expect(events.filter(({ type }) => type === 'approval')).toHaveLength(1);
  expect(ran).toHaveLength(4);
});

test('the same key makes one copy', async () => {
  const { send, rests, id } = await serve([done]);
  await rests(id, 'done');
  const forks = [1, 2, 3].map(() => send('eve', `/${id}/forks`, {}, 'once'));
  const ids = (await Promise.all(forks)).map(({ body }) => body.id);
  expect(new Set(ids).size).toBe(1);
  expect((await send('eve', `/${id}/forks`, {}, 'twice')).body.id).not.toBe(ids[0]);
});

test.each([
  [{ version: 0 }, 400],
  [{ version: 9 }, 400],
  [{ version: '1' }, 400],
  [{ by: 'ada' }, 400],
])('a fork with %j is refused', async (body, status) => {
  const { send, rests, id } = await serve([done]);
  await rests(id, 'done');
  expect((await send('eve', `/${id}/forks`, body)).status).toBe(status);
});

test('a thread of 16 million characters is not copied', async () => {
  const { agent, send } = await serve([done]);
  await hear(agent, 'long', 'x'.repeat(16_777_216));
  expect((await send('root', '/long/forks', {})).status).toBe(413);
  expect(typesOf(await agent.store.load('long'))).toBe('message');
});
