import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileStore } from '../../registry/agent/store/file.ts';
import { typesOf } from '../../registry/agent/testing/toy-agent.ts';
import { closed, dial, launch, raw, rests, send } from '../support/generated/http.ts';
import { linesIn } from '../support/generated/log-lines.ts';
import { startServed, writeServed, type Started } from '../support/generated/served-agent.ts';

const root = mkdtempSync(join(tmpdir(), 'server-'));
const token = 'correct-horse-battery-staple';
const threads = join(root, 'threads');
const store = fileStore(threads);
let open: Started;
let guarded: Started;
let url = '';
beforeAll(async () => {
  const folder = writeServed(join(root, 'agent'));
  const env = { STORE: 'file', THREADS: threads };
  [open, guarded] = await Promise.all([
    startServed(folder, env),
    startServed(folder, { ...env, API_TOKEN: token }),
  ]);
  url = open.url;
});
afterAll(async () => {
  for (const { child, ended } of [open, guarded]) {
    child.kill();
    await ended;
  }
  rmSync(root, { recursive: true, force: true });
});

const write = { intent: 'write', to: 'production' };
const ask = { intent: 'ask', question: 'Which?' };
const post = (path: string, headers: string, body: string | Uint8Array, host = '127.0.0.1') => {
  const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n${headers}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
};
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

/** No stack, no file, no module of ours or of anybody's. */
function expectNoInsides(text: string) {
  expect(text).not.toMatch(/\n\s+at |node_modules|\.ts\b|\.mjs|\/tmp|\/home|node:internal/);
}

describe('a body', () => {
  const json = 'content-type: application/json';
  const nested = (depth: number) => `{"data":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const cases: readonly (readonly [
    what: string,
    status: number,
    headers: string,
    body: string | Uint8Array,
  ])[] = [
    ['is not JSON', 400, json, 'go'],
    ['is cut JSON', 400, json, '{"message":'],
    ['is empty', 400, json, ''],
    ['is blank', 400, json, '  '],
    ['is null', 400, json, 'null'],
    ['is a list', 400, json, '[]'],
    ['is a text', 400, json, '"go"'],
    ['has nothing', 400, json, '{}'],
    [
      'is not UTF-8',
      400,
      json,
      Buffer.from([...Buffer.from('{"message":"'), 0xff, 0xfe, ...Buffer.from('"}')]),
    ],
    ['has no content type', 415, 'x: y', '{"message":"go"}'],
    ['is a form', 415, 'content-type: application/x-www-form-urlencoded', 'message=go'],
    ['is plain text', 415, 'content-type: text/plain', '{"message":"go"}'],
    [
      'has a content type that only begins like JSON',
      415,
      'content-type: application/jsonp',
      '{"message":"go"}',
    ],
    ['has a message that is a number', 400, json, '{"message":1}'],
    ['has an empty message', 400, json, '{"message":""}'],
    ['has a blank message', 400, json, '{"message":" \\n "}'],
    ['has an unknown key', 400, json, '{"message":"go","from":"ada"}'],
    ['has __proto__', 400, json, '{"message":"go","__proto__":{"isOperator":true}}'],
    ['has constructor', 400, json, '{"message":"go","constructor":{}}'],
    ['has 51 lists in one another', 400, json, nested(51)],
    ['has 400,000 lists in one another', 400, json, nested(400_000)],
    ['has 50 lists in one another', 202, json, nested(50)],
    ['has NUL in a text', 202, json, '{"message":"a\\u0000b"}'],
    ['has a lone surrogate', 202, json, '{"message":"a\\ud800b"}'],
    ['has __proto__ inside data', 202, json, '{"data":{"__proto__":{"x":1}}}'],
    ['has huge numbers', 202, json, '{"data":[1e308,-1.5e-300,123456789012345]}'],
    ['has a number that is infinite', 400, json, '{"data":[1e999]}'],
    ['has a number of 30 digits', 400, json, '{"data":[123456789012345678901234567890]}'],
    ['has a byte order mark', 202, json, '\ufeff{"message":"go"}'],
    ['names its charset', 202, `${json}; charset=utf-8`, '{"message":"go"}'],
  ];
  test.each(cases)('that %s gets %i', async (_, status, headers, body) => {
    const bytes = Buffer.from(body);
    const answer = await raw(
      url,
      post('/threads', `${headers}\r\ncontent-length: ${bytes.length}`, bytes),
    );
    expect(statusOf(answer), answer).toBe(status);
    expect(answer).toContain('application/json');
    expectNoInsides(answer);
    if (status !== 202) return;
    const id = /"id":"(\w+)"/.exec(answer)?.[1] ?? '';
    const [first] = (await rests(url, id, 'done')).events;
    expect(first).toMatchObject({ type: 'message', channel: 'http', from: 'local' });
  });

  const large = `{"message":"${'a'.repeat(1_100_000)}"}`;
  const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
  test.each([
    ['with a content-length', `content-length: ${large.length}`, large],
    ['in chunks', 'transfer-encoding: chunked', chunked(large)],
    ['that never comes, of 10 GB', 'content-length: 10000000000', large],
  ])('over a megabyte %s gets 413', async (_, headers, body) => {
    const answer = await raw(
      url,
      post('/threads', `content-type: application/json\r\n${headers}`, body),
    );
    expect(statusOf(answer), answer.slice(0, 300)).toBe(413);
  });

  test('of a megabyte less a little is taken', async () => {
    const message = 'a'.repeat(1_000_000);
    expect((await send(url, 'POST', '/threads', { body: { message } })).status).toBe(202);
  });

  test.each([
    ['responses', { call_id: 'x' }],
    ['responses', { call_id: 'x', text: '' }],
    ['responses', { call_id: 7, text: 'x' }],
    ['responses', { call_id: 'x'.repeat(101), text: 'x' }],
    ['approvals', { call_id: 'x', approved: 'yes' }],
    ['approvals', { call_id: 'x', approved: 1 }],
    ['approvals', { call_id: 'x', approved: true, by: 'ada' }],
    ['approvals', { approved: true }],
    ['results', { call_id: 'x', result: 1, error: 'x' }],
    ['results', { call_id: 'x', error: '' }],
    ['cancel', { reason: 7 }],
    ['messages', { message: 'x', channel: 'terminal' }],
  ])('for %s of %j gets 400', async (path, body) => {
    const id = await launch(url, [ask]);
    const answer = await send(url, 'POST', `/threads/${id}/${path}`, { body });
    expect([answer.status, Object.keys(JSON.parse(answer.text))]).toEqual([400, ['error']]);
    expectNoInsides(answer.text);
  });
});

describe('an id', () => {
  const ids = [
    '..',
    '../..',
    '../../etc/passwd',
    '%2e%2e',
    '%2e%2e%2fx',
    '..%2f..%2fx',
    '%00',
    't_x%00',
    "'",
    '%22',
    "t'--",
    't_%C3%BC',
    '%E2%80%AE',
    '%ff',
    '%',
    '%zz',
    'a'.repeat(1e4),
    'a%20b',
    '-x',
    '_x',
    't_x.jsonl',
    'con:',
    '*',
  ];
  const paths = ['', '/events', '/messages', '/responses', '/approvals', '/results', '/cancel'];
  test.each(ids)('%j is of no thread', async (id) => {
    for (const path of paths) {
      const head = `host: 127.0.0.1\r\nconnection: close`;
      const body = JSON.stringify(path === '/messages' ? { message: 'x' } : { call_id: 'x' });
      const given = {
        '/responses': { call_id: 'x', text: 'x' },
        '/approvals': { call_id: 'x', approved: true },
        '/results': { call_id: 'x', result: 1 },
        '/cancel': {},
      }[path];
      const text = given === undefined ? body : JSON.stringify(given);
      const isGet = path === '' || path === '/events';
      const answer = isGet
        ? await raw(url, `GET /threads/${id}${path} HTTP/1.1\r\n${head}\r\n\r\n`)
        : await raw(
            url,
            post(
              `/threads/${id}${path}`,
              `content-type: application/json\r\ncontent-length: ${text.length}`,
              text,
            ),
          );
      expect([400, 404, 405], answer.slice(0, 500)).toContain(statusOf(answer));
      expect(answer.length).toBeLessThan(1_000);
      expectNoInsides(answer.replaceAll(id, ''));
    }
  });
});

describe('a query', () => {
  test.each([
    'limit=0',
    'limit=-1',
    'limit=1e9',
    'limit=101',
    'limit=NaN',
    'limit=',
    'limit=1.5',
    'limit=x',
    'limit=1&limit=2',
    'status=asleep',
    'status=',
    'status=done&status=failed',
    'after=%00',
    'after=..%2F',
    'after=%F0%9F%98%80',
    `after=${'a'.repeat(65)}`,
    "after=';--",
    'owner=eve',
    'dueBefore=9',
    '__proto__=x',
    'a[b]=c',
  ])('%s gets 400', async (query) => {
    const answer = await send(url, 'GET', `/threads?${query}`);
    expect([answer.status, Object.keys(JSON.parse(answer.text))]).toEqual([400, ['error']]);
    expectNoInsides(answer.text);
  });

  test('of a page after another goes through all threads once', async () => {
    for (let n = 0; n < 5; n++) await launch(url, [ask]);
    const seen: string[] = [];
    for (let after = ''; ;) {
      const page = JSON.parse(
        (await send(url, 'GET', `/threads?limit=2${after && `&after=${after}`}`)).text,
      );
      seen.push(...page.threads.map(({ id }: { id: string }) => id));
      if (page.next === null) break;
      after = page.next;
    }
    expect(seen).toEqual((await store.list({ limit: 1e6 })).map(({ id }) => id));
  });
});

describe('a token', () => {
  test.each([
    ['none', undefined],
    ['empty', ''],
    ['a scheme alone', 'Bearer'],
    ['an empty one', 'Bearer '],
    ['a wrong one of the same length', `Bearer ${token.replace('c', 'C')}`],
    ['a longer one', `Bearer ${token}x`],
    ['a shorter one', `Bearer ${token.slice(0, -1)}`],
    ['one that is not ASCII', 'Bearer t\u00f6ken'],
    ['two', `Bearer ${token} ${token}`],
    ['a very long one', `Bearer ${'x'.repeat(10_000)}`],
    ['another scheme', `Basic ${token}`],
    ['no scheme', token],
  ])('that is %s gets 401, and nothing is done', async (_, authorization) => {
    const before = (await store.list({ limit: 1e6 })).length;
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    for (const [method, path] of [
      ['POST', '/threads'],
      ['GET', '/threads'],
      ['GET', '/threads/t_x/events'],
    ] as const) {
      const body = method === 'POST' ? { body: { message: 'go' } } : {};
      const answer = await send(guarded.url, method, path, { headers, ...body });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
    expect(await store.list({ limit: 1e6 })).toHaveLength(before);
  });

  test.each([`Bearer ${token}`, `bearer ${token}`, `Bearer   ${token} `])(
    '%s gets in',
    async (authorization) => {
      expect(
        (await send(guarded.url, 'GET', '/threads', { headers: { authorization } })).status,
      ).toBe(200);
    },
  );

  test.each([
    'evil.example',
    'evil.example:3000',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1',
    '0.0.0.0',
    '[::2]',
    'localhost.',
    '127.0.0.1@evil.example',
    'evil.example#127.0.0.1',
  ])('is asked for where a page of %j leads a browser to this machine', async (host) => {
    const answer = await raw(
      url,
      `GET /threads HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
    );
    expect([400, 401], answer).toContain(statusOf(answer));
  });

  test.each(['x-forwarded-for: 192.0.2.1', 'Forwarded: for=192.0.2.1', 'via: 1.1 proxy'])(
    'is asked for where a proxy on this machine passes a request on (%s)',
    async (header) => {
      const answer = await raw(
        url,
        `GET /threads HTTP/1.1\r\nhost: 127.0.0.1\r\n${header}\r\nconnection: close\r\n\r\n`,
      );
      expect(statusOf(answer), answer).toBe(401);
    },
  );

  test.each(['https://evil.example', 'http://127.0.0.1.evil.example', 'null', 'file://', 'x'])(
    'is asked for where a page of %j sends a request to this machine, even one without a body',
    async (origin) => {
      const id = await launch(url, [{ intent: 'ask', question: 'Which?' }]);
      await rests(url, id, 'waiting_for_human');
      expect(
        (await send(url, 'POST', `/threads/${id}/cancel`, { headers: { origin } })).status,
      ).toBe(401);
      expect((await rests(url, id, 'waiting_for_human')).events).toHaveLength(2);
    },
  );

  test('is not asked for where a page of this machine sends it', async () => {
    const headers = { origin: 'http://localhost:5173' };
    expect((await send(url, 'GET', '/threads', { headers })).status).toBe(200);
  });

  test.each(['127.0.0.1', 'localhost', 'LOCALHOST:1', '127.0.0.1:80', '[::1]', '[::1]:3000', ''])(
    'is not asked for by %j, which is this machine',
    async (host) => {
      const answer = await raw(
        url,
        `GET /threads HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
      );
      expect(statusOf(answer), answer).toBe(200);
    },
  );
});

describe('an answer to a thread', () => {
  async function inStatus(status: string): Promise<string> {
    const steps = { waiting_for_human: [ask], waiting_for_approval: [write] }[status] ?? [];
    const id = await launch(url, steps);
    if (status === 'cancelled') await send(url, 'POST', `/threads/${id}/cancel`);
    await rests(url, id, status);
    return id;
  }
  const answers = [
    ['responses', { text: 'x' }, 'waiting_for_human'],
    ['approvals', { approved: true }, 'waiting_for_approval'],
    ['results', { result: 1 }, 'waiting_for_result'],
  ] as const;
  const cases = answers.flatMap(([path, body, waits]) =>
    ['done', 'cancelled', 'waiting_for_human', 'waiting_for_approval']
      .filter((status) => status !== waits)
      .map((status) => [path, body, status] as const),
  );
  test.each(cases)(
    'by %s (%j) that is %s gets 409, and what is open',
    async (path, body, status) => {
      const id = await inStatus(status);
      const before = await store.load(id);
      const { open: call = null } = JSON.parse((await send(url, 'GET', `/threads/${id}`)).text);
      for (const call_id of [call?.call_id ?? `${id}:1`, `${id}:99`, 't_other:1']) {
        const answer = await send(url, 'POST', `/threads/${id}/${path}`, {
          body: { call_id, ...body },
        });
        expect(answer.status, answer.text).toBe(409);
        expect(JSON.parse(answer.text)).toEqual({ error: expect.any(String), status, open: call });
      }
      expect(await store.load(id)).toEqual(before);
    },
  );

  test('a message to a cancelled thread gets 409; a second cancel changes nothing', async () => {
    const id = await inStatus('cancelled');
    const said = await send(url, 'POST', `/threads/${id}/messages`, { body: { message: 'hello' } });
    expect([said.status, JSON.parse(said.text).status]).toEqual([409, 'cancelled']);
    expect((await send(url, 'POST', `/threads/${id}/cancel`)).status).toBe(202);
    expect(typesOf(await store.load(id)).match(/cancelled/g)).toHaveLength(1);
  });
});

describe('an Idempotency-Key', () => {
  test.each([
    ['empty', ''],
    ['of 256 characters', 'k'.repeat(256)],
  ])('that is %s gets 400', async (_, key) => {
    const answer = await send(url, 'POST', '/threads', {
      body: { message: 'x' },
      headers: { 'idempotency-key': key },
    });
    expect(answer.status).toBe(400);
  });

  test('sent 50 times at once is one thread, and one message', async () => {
    const headers = { 'idempotency-key': 'k'.repeat(255) };
    const one = async () => send(url, 'POST', '/threads', { body: { message: 'once' }, headers });
    const all = await Promise.all(Array.from({ length: 50 }, one));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([202]));
    const ids = new Set(all.map(({ text }) => JSON.parse(text).id));
    expect(ids.size).toBe(1);
    const { events } = await rests(url, [...ids][0], 'done');
    expect(typesOf(events)).toBe('message tool_call');
  });

  test('of something else that is said gets 422; in another thread it is another', async () => {
    const [first, second] = [await launch(url, [ask]), await launch(url, [ask])];
    const say = async (id: string, message: string) =>
      (
        await send(url, 'POST', `/threads/${id}/messages`, {
          body: { message },
          headers: { 'idempotency-key': 'k' },
        })
      ).status;
    expect([
      await say(first, 'a'),
      await say(first, 'a'),
      await say(second, 'b'),
      await say(first, 'c'),
    ]).toEqual([202, 202, 202, 422]);
    expect((await store.load(first)).filter((event) => event.type === 'message')).toHaveLength(2);
  });
});

describe('a method', () => {
  test.each([
    ['PUT', '/threads', 405],
    ['DELETE', '/threads/t_x', 405],
    ['PATCH', '/threads/t_x/cancel', 405],
    ['GET', '/threads/t_x/cancel', 405],
    ['POST', '/threads/t_x', 405],
    ['POST', '/threads/t_x/events', 405],
    ['OPTIONS', '/threads', 405],
    ['TRACE', '/threads', 405],
    ['PROPFIND', '/threads', 405],
    ['OPTIONS', '*', 400],
    ['GET', '/', 404],
    ['GET', '/threads/', 401],
    ['GET', '//threads', 404],
    ['GET', '/threads/t_x/..', 401],
    ['GET', '/.env', 404],
    ['GET', '/openapi.json/x', 404],
    ['GET', 'http://evil.example/threads', 401],
  ])('%s %s gets %i', async (method, path, status) => {
    const head =
      'host: 127.0.0.1\r\nconnection: close\r\ncookie: s=secret\r\norigin: http://evil.example';
    const answer = await raw(url, `${method} ${path} HTTP/1.1\r\n${head}\r\n\r\n`);
    expect(statusOf(answer), answer).toBe(status);
    expect(answer).not.toMatch(/access-control|secret/i);
    expectNoInsides(answer);
    if (status === 405) expect(answer).toMatch(/allow: (GET|POST)/);
  });

  test('HEAD answers like GET, without a body, and opens no stream', async () => {
    const id = await launch(url, [ask]);
    for (const path of [
      '/threads',
      `/threads/${id}`,
      `/threads/${id}/events`,
      '/healthz',
      '/openapi.json',
    ]) {
      const answer = await raw(
        url,
        `HEAD ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`,
        2_000,
      );
      expect(statusOf(answer), path).toBe(200);
      expect(answer.split('\r\n\r\n')[1]).toBe('');
    }
  });
});

test.each(['x', '-1', '1.5', '1e3', '0x1', '9'.repeat(30), '%00', '1, 2'])(
  'a Last-Event-ID of %s gets 400',
  async (last) => {
    const id = await launch(url, [ask]);
    const answer = await send(url, 'GET', `/threads/${id}/events`, {
      headers: { 'last-event-id': last },
    });
    expect(answer.status).toBe(400);
  },
);

describe('a client that', () => {
  test('sends its head a byte a second is cut off after ten', { timeout: 30_000 }, async () => {
    const socket = await dial(url);
    const began = Date.now();
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    const drip = setInterval(() => socket.write('a'), 1_000);
    socket.write('GET /threads HTTP/1.1\r\nx-slow: ');
    await closed(socket);
    clearInterval(drip);
    expect(Date.now() - began).toBeLessThan(15_000);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('sends its body a byte a second is cut off after thirty', { timeout: 60_000 }, async () => {
    const socket = await dial(url);
    const began = Date.now();
    const drip = setInterval(() => socket.write('a'), 1_000);
    socket.write(
      post('/threads', 'content-type: application/json\r\ncontent-length: 1000', '{"message":"'),
    );
    socket.resume();
    await closed(socket);
    clearInterval(drip);
    expect(Date.now() - began).toBeLessThan(40_000);
  });

  test('hangs up in the middle of a body leaves nothing behind, not even a log line', async () => {
    const before = (await store.list({ limit: 1e6 })).length;
    const said = open.err();
    for (let n = 0; n < 20; n++) {
      const socket = await dial(url);
      socket.write(
        post('/threads', 'content-type: application/json\r\ncontent-length: 1000', '{"message":"'),
      );
      await sleep(5);
      if (n % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
    }
    await sleep(200);
    expect((await send(url, 'GET', '/healthz')).status).toBe(200);
    expect(await store.list({ limit: 1e6 })).toHaveLength(before);
    expect(open.err()).toBe(said);
  });
});

test('the log has the start, and what happened in threads: no request was worth a line', () => {
  for (const { err } of [open, guarded]) {
    const [first, ...more] = linesIn(err());
    expect(first?.message).toMatch(/^Listening on/);
    expect(more.filter(({ event, level }) => !event || level === 'error')).toEqual([]);
  }
});
