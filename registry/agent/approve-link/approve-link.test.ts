// @vitest-environment node
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hashRequest, signLink, verifyLink, type LinkClaim } from '../channels/link.ts';
import type { Agent } from '../core/agent.ts';
import type { Step } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import * as core from '../core/people.ts';
import { append, load } from '../core/store.ts';
import { ask, done, hear, toyAgent, typesOf, write } from '../testing/toy-agent.ts';
import { answerPage, answerPages, type SignIn } from './answer-pages.ts';

const secret = 'a-secret-of-thirty-two-bytes-or-more';
const origin = 'https://agent.test';

beforeEach(() => {
  vi.stubEnv('LINK_SECRETS', secret);
  vi.stubEnv('PUBLIC_URL', `${origin}/agent`);
});
afterEach(() => vi.unstubAllEnvs());

/** Zoe has left. */
const people = { accountsOf: (name: string) => (name === 'zoe' ? [] : [`toy:${name}`]) };

type Toy = Parameters<typeof toyAgent>[1];
type Sent = Readonly<{
  method?: string;
  token?: string;
  headers?: Readonly<Record<string, string | undefined>>;
  body?: RequestInit['body'];
}>;

type Task = Readonly<{ text?: string; data?: unknown }>;

/** Starts the thread as a parent does: with a text and data. */
async function startWith({ store, now }: Agent, task: Task): Promise<void> {
  const at = new Date(now()).toISOString();
  const message = { type: 'message', channel: 'test', from: 'ada', at, ...task } as const;
  await append(store, await load(store, 't_1'), message);
}

/** A thread that waits at `step`, and a link to answer it as ada. */
async function asked(step: Step, options: Toy & { task?: Task } = {}, signIn?: SignIn) {
  const { agent, clock, ran } = toyAgent([step, done], options);
  const wake = vi.fn();
  const log = vi.fn();
  const { task } = options;
  if (task) await startWith(agent, task);
  else await hear(agent, 't_1');
  const { state } = await advance(agent, 't_1');
  const call_id = state.open?.call_id ?? '';
  const expires = clock.ms + 60_000;
  const request = state.open ? hashRequest(state.open) : '';
  const claim: LinkClaim = {
    call_id,
    request,
    person: 'ada',
    expires,
  };
  const link = (changes: Partial<LinkClaim> = {}) => signLink({ ...claim, ...changes });

  async function send({ method = 'GET', token = link(), headers = {}, body }: Sent = {}) {
    const given = Object.entries(headers).filter((one): one is [string, string] => !!one[1]);
    const url = `${origin}/agent/answer/${token}`;
    const sent = new Request(url, { method, headers: given, ...(body !== undefined && { body }) });
    const response = await answerPage({ agent, wake, log }, sent, { people, signIn });
    return {
      status: response.status,
      text: await response.text(),
      headers: response.headers,
    };
  }
  const post = (fields: Readonly<Record<string, string>>, more: Sent = {}) =>
    send({
      method: 'POST',
      body: new URLSearchParams({ call: call_id, ...fields }).toString(),
      ...more,
      headers: {
        origin,
        'content-type': form,
        ...more.headers,
      },
    });
  const thread = () => load(agent.store, 't_1');
  const types = async () => typesOf((await thread()).events);
  return {
    agent,
    clock,
    ran,
    wake,
    log,
    claim,
    link,
    send,
    post,
    thread,
    types,
  };
}

const form = 'application/x-www-form-urlencoded';
const waits = 'message tool_call';

test.each([
  ['LINK_SECRETS', ''],
  ['PUBLIC_URL', ''],
  ['LINK_SECRETS', `${secret},too-short`],
  ['PUBLIC_URL', 'javascript:alert(1)'],
  ['PUBLIC_URL', 'agent.test'],
])('with %s=%j, nothing starts', async (name, value) => {
  const { agent } = await asked(write);
  vi.stubEnv(name, value);
  const open = () => answerPages(people)({ agent, wake: () => undefined, log: () => undefined });
  expect(open).toThrow(name);
});

describe('an answer', () => {
  test.each([
    ['approve', write, { act: 'approve' }, { type: 'approval', approved: true, by: 'ada' }],
    [
      'deny',
      write,
      { act: 'deny', text: ' not now\r\nlater ' },
      { type: 'approval', approved: false, by: 'ada', comment: 'not now\nlater' },
    ],
    ['answer', ask, { act: 'answer', text: 'Both.' }, { type: 'human_response', text: 'Both.' }],
  ])(
    '%s is saved once, wakes the thread, and then shows itself',
    async (_, step, fields, event) => {
      const { send, post, thread, types, wake, link } = await asked(step);
      const saved = await post(fields);
      expect(saved.status).toBe(303);
      expect(new URL(saved.headers.get('location') ?? '', `${origin}/agent/answer/x`).href).toBe(
        `${origin}/agent/answer/${link()}`,
      );
      expect((await thread()).events[2]).toMatchObject(event);
      expect(wake.mock.calls).toEqual([['t_1', 'ada']]);
      const after = await types();
      const again = await post(fields);
      expect([again.status, again.text]).toEqual([409, expect.stringContaining('role="alert"')]);
      const shown = await send();
      expect(shown.status).toBe(200);
      expect(shown.text).not.toContain('<form');
      expect(shown.text).toMatch(/(Approved|Denied|Answered) by ada[^]*2026-01-01 00:00 UTC/);
      expect(await types()).toBe(after);
      expect(wake).toHaveBeenCalledTimes(1);
    },
  );

  test.each([
    ['approve', write],
    ['answer', ask],
  ])('%s of 16 at once counts for one', async (act, step) => {
    const { agent, post, types, link, ran } = await asked(step);
    const answers = Array.from({ length: 16 }, (_, index) =>
      post({ act, text: 'yes' }, { token: link({ person: index % 2 ? 'ada' : 'bob' }) }),
    );
    const statuses = (await Promise.all(answers)).map(({ status }) => status).sort();
    expect(statuses).toEqual([303, ...Array.from({ length: 15 }, () => 409)]);
    const type = act === 'approve' ? 'approval' : 'human_response';
    expect(await types()).toBe(`${waits} ${type}`);
    await advance(agent, 't_1');
    expect(ran).toHaveLength(act === 'approve' ? 1 : 0);
  });

  test('without a reason or a text asks again, and keeps what was typed', async () => {
    const approval = await asked(write);
    const empty = await approval.post({ act: 'deny', text: ' ' });
    expect(empty.status).toBe(400);
    expect(empty.text).toMatch(/role="alert" id="error">\s*A denial needs a reason\./);
    expect(empty.text).toMatch(/<textarea[^>]* aria-invalid="true" aria-describedby="error"/);
    expect((await (await asked(ask)).post({ act: 'answer', text: '' })).status).toBe(400);
    expect(await approval.types()).toBe(waits);
  });

  test('cannot be another kind than the request', async () => {
    const approval = await asked(write);
    expect((await approval.post({ act: 'answer', text: 'yes' })).status).toBe(409);
    const question = await asked(ask);
    for (const act of ['approve', 'deny'])
      expect((await question.post({ act, text: 'no' })).status).toBe(409);
    expect([await approval.types(), await question.types()]).toEqual([waits, waits]);
  });
});

describe('an edit', () => {
  const edit = (json: string) => ({ act: 'edit', text: json });

  /** The JSON in the form, as a browser would send it. */
  function jsonIn(html: string): string {
    const [, escaped = ''] = /<textarea[^>]* id="edit"[^>]*>([^]*?)<\/textarea/.exec(html) ?? [];
    const text = escaped.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
    return text.replaceAll('&#39;', "'").replaceAll('&amp;', '&').replaceAll('\n', '\r\n');
  }

  test('approves other arguments, for which the tool runs once', async () => {
    const { agent, post, ran, thread } = await asked(write);
    expect((await post(edit('{ "to": "staging" }'))).status).toBe(303);
    expect((await post(edit('{ "to": "moon" }'))).status).toBe(409);
    await advance(agent, 't_1');
    expect(ran).toEqual(['write to staging t_1:2']);
    const [, , event] = (await thread()).events;
    expect(event).toMatchObject({ type: 'approval', approved: false, by: 'ada' });
  });

  test.each([
    ['the same', '{ "to": "production" }', 'This changes nothing'],
    ['no JSON', '{ to: staging }', 'Write the arguments as a JSON object'],
    ['nothing', '', 'Write the arguments as a JSON object'],
    ['a list', '["staging"]', 'Write the arguments as a JSON object'],
    ['a wrong type', '{ "to": 5 }', 'Not a step'],
    ['one more', '{ "to": "staging", "as": "root" }', 'Not a step'],
    ['another tool', '{ "intent": "read" }', 'An edit keeps the intent'],
    ['a number that would be rounded', '{ "to": 12345678901234567891 }', 'cannot be kept exactly'],
  ])('to %s is refused, and kept in the form', async (_, json, message) => {
    const { post, types } = await asked(write);
    const answer = await post(edit(json));
    expect([answer.status, await types()]).toEqual([400, waits]);
    expect(answer.text).toContain(message);
    expect(answer.text).toContain('<details open>');
    if (json !== '') expect(jsonIn(answer.text)).toBe(json);
  });

  test.each(['a"b\'<&>\n\tc', 'pay\u202eyap\u200b\0', 'flag \u{e0067}', '\\u202e', '\ud800'])(
    'starts with JSON of exactly %j',
    async (to) => {
      const { send } = await asked({ ...write, to });
      const json = jsonIn((await send()).text);
      expect(JSON.parse(json)).toEqual({ to });
      expect(json).not.toMatch(/[\u202e\u200b\0]|\u{e0067}/u);
    },
  );

  test('is not offered for arguments with a secret', async () => {
    vi.stubEnv('SHOP_TOKEN', 'tok-of-the-shop');
    const { send } = await asked({ ...write, to: 'tok-of-the-shop' });
    expect((await send()).text).not.toContain('Edit the arguments');
  });
});

test('one of two people who have to approve does so once, and can still deny', async () => {
  const { agent, post, send, types, ran, link } = await asked(write, {
    policy: { needsApproval: () => ({ ask: 'two of you', count: 2 }) },
  });
  expect((await post({ act: 'approve' })).status).toBe(303);
  const { text } = await send();
  expect(text).toContain('<dd>1 of 2 (ada)</dd>');
  expect(text).not.toMatch(/>Approve<|Edit the arguments/);
  expect(text).toContain('>Deny<');
  expect((await post({ act: 'approve' })).status).toBe(409);
  expect(await types()).toBe(`${waits} endorsed`);
  expect((await post({ act: 'approve' }, { token: link({ person: 'bob' }) })).status).toBe(303);
  await advance(agent, 't_1');
  expect(ran).toHaveLength(1);
});

test('a question with choices has a button for each', async () => {
  const { agent, clock, send, types, thread, link } = await asked(ask);
  const step = {
    intent: 'ask',
    question: 'Which?',
    choices: ['1.4.1', '<b>'],
  };
  const at = new Date(clock.ms).toISOString();
  const call = {
    type: 'tool_call',
    call_id: 't_2:1',
    step,
    awaits: 'answer',
    at,
  } as const;
  await append(agent.store, await hear(agent, 't_2'), call);
  const { open } = (await load(agent.store, 't_2')).state;
  const token = link({ call_id: 't_2:1', request: open ? hashRequest(open) : '' });
  const { text } = await send({ token });
  expect(text).toContain('<button name="text" value="1.4.1">1.4.1</button>');
  expect(text).toContain('<button name="text" value="&lt;b&gt;">&lt;b&gt;</button>');
  expect([await types(), (await thread()).state.status]).toEqual([waits, 'waiting_for_human']);
});

describe('changes nothing', () => {
  const body = (call: string) => `call=${call}&act=approve`;
  const type = { 'content-type': form };
  const own = { origin, ...type };
  const requests: readonly (readonly [string, number, (call: string) => Sent])[] = [
    ['GET', 200, () => ({})],
    ['HEAD', 200, () => ({ method: 'HEAD' })],
    ['a prefetch', 200, () => ({ headers: { purpose: 'prefetch', 'sec-purpose': 'prefetch' } })],
    ['OPTIONS', 405, () => ({ method: 'OPTIONS', headers: { origin: 'https://evil.test' } })],
    ['PUT', 405, (call) => ({ method: 'PUT', headers: own, body: body(call) })],
    ['PATCH', 405, (call) => ({ method: 'PATCH', headers: own, body: body(call) })],
    ['DELETE', 405, () => ({ method: 'DELETE', headers: own })],
    ['no origin', 403, (call) => ({ method: 'POST', headers: type, body: body(call) })],
    ['a foreign origin', 403, (call) => from(call, { origin: 'https://evil.test' })],
    ['a subdomain', 403, (call) => from(call, { origin: 'https://x.agent.test' })],
    ['another scheme', 403, (call) => from(call, { origin: 'http://agent.test' })],
    ['another port', 403, (call) => from(call, { origin: 'https://agent.test:8443' })],
    ['the origin null', 403, (call) => from(call, { origin: 'null' })],
    [
      'the origin null of a frame',
      403,
      (call) => from(call, { origin: 'null', 'sec-fetch-site': 'cross-site' }),
    ],
    ['no body', 400, () => ({ method: 'POST', headers: own })],
    ['no call', 400, () => ({ method: 'POST', headers: own, body: 'act=approve' })],
    ['another call', 400, () => ({ method: 'POST', headers: own, body: body('t_1:9') })],
    ['no act', 400, (call) => ({ method: 'POST', headers: own, body: `call=${call}` })],
    [
      'an unknown act',
      400,
      (call) => ({ method: 'POST', headers: own, body: `call=${call}&act=x` }),
    ],
    ['JSON', 415, (call) => from(call, { 'content-type': 'application/json' })],
    ['plain text', 415, (call) => from(call, { 'content-type': 'text/plain' })],
    ['multipart', 415, (call) => from(call, { 'content-type': 'multipart/form-data' })],
    ['no type', 415, (call) => ({ method: 'POST', headers: { origin }, body: encode(body(call)) })],
    [
      'a body of 2 MB',
      413,
      (call) => ({ method: 'POST', headers: own, body: body(call) + 'x'.repeat(2_000_000) }),
    ],
    [
      'no UTF-8',
      400,
      (call) => ({
        method: 'POST',
        headers: own,
        body: new Uint8Array([...encode(body(call)), 255]),
      }),
    ],
  ];
  const encode = (text: string) => new TextEncoder().encode(text);
  function from(call: string, headers: Sent['headers']): Sent {
    return { method: 'POST', body: body(call), headers: { ...own, ...headers } };
  }

  test.each(requests)('%s gets %i', async (_, status, request) => {
    const { send, types, wake, claim, clock } = await asked(write);
    const answer = await send(request(claim.call_id));
    expect([answer.status, await types()]).toEqual([status, waits]);
    expect(wake).not.toHaveBeenCalled();
    expect(clock.ms).toBe(Date.parse('2026-01-01T00:00:00Z'));
    if (status === 405) expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
  });

  test.each<[string, number, (link: (changes?: Partial<LinkClaim>) => string) => string]>([
    ['none', 404, () => ''],
    ['a word', 404, () => 'approve'],
    ['half of one', 404, (link) => link().slice(0, 60)],
    ['one without its last character', 404, (link) => link().slice(0, -1)],
    ['one with another last character', 404, (link) => link().replace(/.$/, '*')],
    ['one with a dot more', 404, (link) => `${link()}.`],
    ['an edited person', 404, (link) => edited(link(), { person: 'bob' })],
    ['an edited expiry', 404, (link) => edited(link({ expires: 0 }), { expires: 9e15 })],
    ['another secret', 404, (link) => foreign(link())],
    ['another call', 404, (link) => link({ call_id: 't_1:0' })],
    ['another thread', 404, (link) => link({ call_id: 't_2:1' })],
    ['another step', 404, (link) => link({ request: 'x' })],
    ['no step', 404, (link) => link({ request: '' })],
    ['a person who has left', 403, (link) => link({ person: 'zoe' })],
    ['a person who may not approve', 403, (link) => link({ person: 'eve' })],
    ['a person without a name', 403, (link) => link({ person: '' })],
    ['the expiry now', 410, (link) => link({ expires: Date.parse('2026-01-01T00:00:00Z') })],
    ['no time', 410, (link) => link({ expires: -1 })],
    ['a megabyte', 404, () => 'x'.repeat(1_000_000)],
  ])('a token with %s gets %i, and a page that tells nothing', async (_, status, change) => {
    const { send, post, types, link } = await asked(write);
    const token = change(link);
    const answers = [await send({ token }), await post({ act: 'approve' }, { token })];
    for (const answer of answers) {
      expect(answer.status).toBe(status);
      expect(answer.text).not.toMatch(/production|it writes|ada|t_1|<form/);
    }
    expect(await types()).toBe(waits);
  });

  function edited(token: string, changes: Partial<LinkClaim>): string {
    const [body = '', signature = ''] = token.split('.');
    const claim = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const text = JSON.stringify({ ...claim, ...changes });
    return `${Buffer.from(text).toString('base64url')}.${signature}`;
  }
  function foreign(token: string): string {
    const claim = verifyLink(token);
    if (!claim) throw new Error('it was not signed');
    return signLink(claim, { secrets: ['x'.repeat(32)], url: origin });
  }
});

test('a secret that no longer signs still verifies', async () => {
  const { post, link } = await asked(write);
  const token = link();
  vi.stubEnv('LINK_SECRETS', `${'n'.repeat(32)}\n${secret}`);
  expect((await post({ act: 'approve' }, { token })).status).toBe(303);
});

test('a browser that hides its origin is taken if it says that the page is ours', async () => {
  const { post } = await asked(write);
  const headers = {
    origin: 'null',
    'sec-fetch-site': 'same-origin',
  };
  expect((await post({ act: 'approve' }, { headers })).status).toBe(303);
});

describe('a late answer', () => {
  type Host = Awaited<ReturnType<typeof asked>>;
  const closings: readonly (readonly [string, (host: Host) => Promise<unknown>])[] = [
    [
      'Denied by bob: no',
      ({ agent, claim: { call_id } }) =>
        core.approve(agent, call_id, { approved: false, by: 'bob', comment: 'no' }),
    ],
    [
      'Taken back: bob wrote instead.',
      ({ agent }) => core.say(agent, 't_1', { channel: 'test', from: 'bob', text: 'Stop.' }),
    ],
    [
      'Cancelled by bob: wrong',
      ({ agent }) => core.cancel(agent, 't_1', { by: 'bob', reason: 'wrong' }),
    ],
  ];
  test.each(closings)('after %j gets 409, and says by whom', async (sentence, close) => {
    const host = await asked(write);
    await close(host);
    const before = await host.types();
    const answer = await host.post({ act: 'approve' });
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('<h1>This request is closed</h1>');
    expect(answer.text).toContain(`>${sentence}</p>`);
    expect(answer.text).not.toContain('<form');
    await advance(host.agent, 't_1');
    expect([host.ran, await host.types()]).toEqual([[], expect.stringContaining(before)]);
  });

  test('to a request that has expired gets 409', async () => {
    const { agent, clock, post, send, link, types } = await asked(write);
    clock.ms += 31 * 86_400_000;
    const token = link({ expires: clock.ms + 1 });
    expect((await post({ act: 'approve' }, { token })).status).toBe(409);
    expect(await types()).toBe(waits);
    await advance(agent, 't_1');
    expect((await send({ token })).text).toContain('No answer in time: denied.');
  });
});

describe('a run whose outcome is unknown', () => {
  /** An approved call whose run timed out. The link was for the approval. */
  async function unknown() {
    const run = () => new Promise<never>(() => undefined);
    const host = await asked(write, { run, onUnknownOutcome: 'ask_human', timeoutMs: 1 });
    await host.post({ act: 'approve' });
    const { state } = await advance(host.agent, 't_1');
    expect(state.status).toBe('waiting_for_human');
    const request = state.open ? hashRequest(state.open) : '';
    return { ...host, next: (person: string) => host.link({ request, person }) };
  }

  test('is told by an approver, with a link of its own', async () => {
    const { send, post, thread, next } = await unknown();
    expect((await send()).text).toContain('Approved by ada');
    expect((await post({ act: 'answer', text: 'It did.' })).status).toBe(409);
    const token = next('bob');
    expect((await send({ token })).text).toContain('<h1>How did write end?</h1>');
    expect((await post({ act: 'answer', text: 'It did.' }, { token })).status).toBe(303);
    const last = (await thread()).events.slice(-1)[0];
    expect(last).toMatchObject({ type: 'human_response', by: 'bob', text: 'It did.' });
  });

  test('is shown to others, who cannot tell', async () => {
    const { send, post, thread, next } = await unknown();
    const token = next('eve');
    const shown = await send({ token });
    expect(shown.status).toBe(200);
    expect(shown.text).not.toContain('<form');
    expect((await post({ act: 'answer', text: 'It did.' }, { token })).status).toBe(403);
    expect((await thread()).state.status).toBe('waiting_for_human');
  });
});

test('a sign-in is asked for each request, before a thread is read', async () => {
  const signIn = ({ headers }: Request, person: string) =>
    Promise.resolve(headers.get('cookie') === `user=${person}`);
  const { send, post, types } = await asked(write, {}, signIn);
  for (const cookie of [undefined, 'user=bob']) {
    const refused = [
      await send({ headers: { cookie } }),
      await post({ act: 'approve' }, { headers: { cookie } }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403]);
    expect(refused[0]?.text).not.toMatch(/production|it writes/);
  }
  expect(await types()).toBe(waits);
  const cookie = 'user=ada';
  expect((await send({ headers: { cookie } })).status).toBe(200);
  expect((await post({ act: 'approve' }, { headers: { cookie } })).status).toBe(303);
});

test('a store that fails is logged without the link, and shown without a reason', async () => {
  const { agent, send, link, log } = await asked(write);
  Object.assign(agent.store, { load: () => Promise.reject(new Error('no route to db-7')) });
  const { status, text } = await send();
  expect([status, text.includes('db-7')]).toEqual([503, false]);
  expect(log).toHaveBeenCalledTimes(1);
  expect(log.mock.calls[0]).toEqual([
    { level: 'error', message: 'An answer page failed.', error: 'no route to db-7' },
  ]);
  expect(JSON.stringify(log.mock.calls)).not.toContain(link());
});

test('each page keeps itself from caches, frames, scripts, search and other sites', async () => {
  const { send, post } = await asked(write);
  const pages = [await send(), await send({ token: 'x' }), await post({ act: 'approve' })];
  for (const { headers } of pages) {
    const policy = headers.get('content-security-policy');
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self'/,
    );
    expect(policy).toContain("frame-ancestors 'none'; base-uri 'none'");
    expect(policy).not.toMatch(/script|unsafe/);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
      'content-type': 'text/html; charset=utf-8',
    });
  }
});

describe('what is shown', () => {
  test('are the exact arguments, the rule, the owner, the approvers and the expiry', async () => {
    const { send } = await asked({ ...write, to: 'prod\n  at "noon"' });
    const { text } = await send();
    for (const part of [
      '<h1>Approve write?</h1>',
      '<bdi>it writes</bdi> (policy.ts)',
      '<dt>to, a text of several lines</dt>',
      '<pre>prod\n  at &quot;noon&quot;</pre>',
      '<dd>ada, bob</dd>',
      '<dd>0 of 1</dd>',
      '2026-01-31 00:00 UTC',
      'This link is for <bdi>ada</bdi>',
    ])
      expect(text).toContain(part);
  });

  const linesOf = (...lines: readonly string[]) =>
    `<pre>${lines.map((line) => `<span class="line">${line}</span>`).join('')}</pre>`;

  test('are who asked, and the task with its data', async () => {
    const data = { pull_request: 42, tests: { failed: 0 }, running: [{ backend: '1.41.0' }] };
    const { send, post } = await asked(write, { task: { text: 'Bring it to production.', data } });
    const parts = [
      /<dt>Asked by<\/dt>\s*<dd>ada<\/dd>/,
      /<dt>Task<\/dt>\s*<dd><p class="words" dir="auto">Bring it to production\.<\/p><\/dd>/,
      linesOf('pull_request: 42', 'tests:', ' failed: 0', 'running:', ' -', '  backend: 1.41.0'),
    ];
    for (const part of parts) expect((await send()).text).toMatch(part);
    await post({ act: 'approve' });
    for (const part of parts) expect((await send()).text).toMatch(part);
  });

  test('of a task is at most a screen or two', async () => {
    const data = { pull_request: 42, log: 'x'.repeat(1_000_000) };
    const { send } = await asked(write, { task: { text: 'y'.repeat(1_000_000), data } });
    const { text } = await send();
    expect(text.length).toBeLessThan(20_000);
    expect(text).toMatch(/&quot;pull_request&quot;:42,[^x]+x+[^x]+ of 1000028 characters cut\]/);
    expect(text).toMatch(/y+\n \[998000 of 1000000 characters cut\]/);
  });

  test('no text of a task passes for a field of its data', async () => {
    const data = { title: 'a\nfailed: 0\rfailed: 0\u2028failed: 0', failed: 7 };
    const { send } = await asked(write, { task: { text: 'go', data } });
    const lines = [...(await send()).text.matchAll(/<span class="line">([^]*?)<\/span>/g)];
    const fields = lines.filter(([, line]) => line?.startsWith('failed'));
    expect([lines.length, ...fields.map(([, line]) => line)]).toEqual([3, 'failed: 7']);
  });

  test.each([
    ['frontend', 'frontend'],
    ['1.42.0', '1.42.0'],
    ['two  words', 'two  words'],
    ['true', '"true"'],
    ['NULL', '"NULL"'],
    ['42', '"42"'],
    ['0x1F', '"0x1F"'],
    ['', '""'],
    [' ', '" "'],
    ['a ', '"a "'],
    ['"a"', '"\\"a\\""'],
    ["'a'", '"\'a\'"'],
    ['{}', '"{}"'],
    ['[secret]', '"[secret]"'],
    ['a\ud800b', '"a\\ud800b"'],
    ['a\ud800\nb', '"a\\ud800\\nb"'],
    ['\\u{202e}', '"\\\\u{202e}"'],
  ])('of the text %j is %s: it passes for nothing else', async (to, shown) => {
    const { send } = await asked({ ...write, to });
    const [, html = ''] =
      /<dt>to(?:, a text of several lines)?<\/dt>\s*<dd><pre>([^]*?)<\/pre>/.exec(
        (await send()).text,
      ) ?? [];
    expect(html.replaceAll('&quot;', '"').replaceAll('&#39;', "'")).toBe(shown);
  });

  const hostile: readonly (readonly [string, string, string])[] = [
    ['a script', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['quotes', `"'><img src=x onerror=alert(1)>`, '&#39;&gt;&lt;img src=x onerror=alert(1)&gt;'],
    ['the end of an element', '</pre></textarea></style><form>', '&lt;/pre&gt;&lt;/textarea&gt;'],
    ['an entity', '&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['bidi marks', 'pay\u202eyap', 'pay\\u{202e}yap'],
    ['a hidden character', 'prod\u200bX', 'prod\\u{200b}X'],
    ['NUL', 'a\0b', 'a\\u{0}b'],
    ['half a pair', 'a\ud800b', 'a\\ud800b'],
    ['a template', '${7*7}{{7*7}}', '${7*7}{{7*7}}'],
  ];
  test.each(hostile)('of %s is a text', async (_, text, shown) => {
    const { send, post } = await asked({ ...write, to: text }, { onWrite: { ask: text } });
    const tag = /<(?:script|img|form>|b>)|\u202e|\u200b|\0|\ud800/;
    const open = await send();
    expect(open.text).toContain(shown);
    expect(open.text).not.toMatch(tag);
    const again = await post({ act: 'deny', text: '' });
    expect(again.text).not.toMatch(tag);
    await post({ act: 'deny', text });
    expect((await send()).text).not.toMatch(/<(?:script|img|form|b>)|\u202e|\0/);
  });

  test.each(hostile)('of a task with %s is a text', async (_, text) => {
    const data = { [text]: text, rows: [{ [text]: text }] };
    const { send } = await asked(write, { task: { text, data } });
    expect((await send()).text).not.toMatch(/<(?:script|img|form>|b>)|\u202e|\0/);
  });

  test.each(hostile)('of a question with %s is a text', async (_, question) => {
    const { send, post } = await asked({ ...ask, question });
    const tag = /<(?:script|img|form>|b>)|\u202e|\0/;
    expect((await send()).text).not.toMatch(tag);
    await post({ act: 'answer', text: question });
    expect((await send()).text).not.toMatch(tag);
  });

  test('of a megabyte is all of it', async () => {
    const to = `${'<'.repeat(1_000_000)}the end`;
    const { send } = await asked({ ...write, to });
    expect((await send()).text).toContain(`${'&lt;'.repeat(1_000_000)}the end`);
  });

  test('has no secrets', async () => {
    vi.stubEnv('SHOP_TOKEN', 'tok-of-the-shop');
    const to = 'https://shop.test/?key=tok-of-the-shop';
    const { send, post } = await asked({ ...write, to }, { onWrite: { ask: to } });
    const { text } = await send();
    expect([text.includes('tok-of'), text.includes('key=[secret]')]).toEqual([false, true]);
    await post({ act: 'deny', text: `because of ${to}` });
    expect((await send()).text).not.toContain('tok-of');
    const task = { text: to, data: { rows: [{ to }, { to }] } };
    const shown = (await (await asked(write, { task })).send()).text;
    expect([shown.includes('tok-of'), shown.includes('key=[secret]')]).toEqual([false, true]);
  });
});
