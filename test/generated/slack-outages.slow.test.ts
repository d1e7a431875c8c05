import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fakeSlack, mention, type FakeSlack } from '../support/generated/fake-slack/fake-slack.ts';
import {
  breakDown,
  hang,
  rateLimit,
  refuse,
  resetAfter,
  resetBefore,
  type Fault,
} from '../support/generated/fake-slack/faults.ts';
import { ids } from '../support/generated/fake-slack/workspace.ts';
import { send } from '../support/generated/http.ts';
import { linesIn } from '../support/generated/log-lines.ts';
import type { Started } from '../support/generated/served-agent.ts';
import {
  accounts,
  kill,
  startSlackAgent,
  writeSlackAgent,
} from '../support/generated/slack-agent.ts';
import {
  found,
  isOpen,
  reachable,
  repliesTo,
  requestIn,
} from '../support/generated/slack-story.ts';

let folder = '';
let slack: FakeSlack;
let agent: Started;
beforeAll(async () => {
  folder = await writeSlackAgent();
});
afterAll(() => rmSync(dirname(dirname(folder)), { recursive: true, force: true }));
afterEach(async () => {
  await kill(agent, slack);
  await slack.stop();
});

const channel = 'C0RELEASES';
const { ada } = accounts;
const POST = 'chat.postMessage';

async function open(by: 'http' | 'socket', prepare: (slack: FakeSlack) => unknown = () => {}) {
  slack = await fakeSlack({ by, minuteMs: 6_000, pingMs: 1_000, echoes: false });
  slack.create(channel);
  slack.join(ada);
  prepare(slack);
  agent = await startSlackAgent(folder, slack);
}
const mentionOf = (text: string) => slack.say(ada, channel, `${mention} ${text}`);

/** ada is asked once, and can approve. */
async function expectOneRequest(root: ReturnType<typeof mentionOf>) {
  const request = await requestIn(slack, root);
  await reachable(slack);
  expect((await slack.click(ada, request, 'approve')).failed).toBeUndefined();
  await found(() => repliesTo(slack, root).find(({ text }) => text.includes('is on production')));
  expect(repliesTo(slack, root)).toHaveLength(2);
}

/** No message has buttons any longer, also that for ada alone. */
const expectClosed = () => found(() => !slack.messages.some(isOpen) || undefined);

describe('a post', () => {
  const faults: readonly (readonly [string, readonly Fault[]])[] = [
    ['that Slack cannot do now', [breakDown(503), breakDown(500)]],
    ['whose connection is reset before it was posted', [resetBefore]],
    ['whose connection is reset after it was posted', [resetAfter]],
    ['that is not answered', [hang]],
    ['that fails in several ways', [breakDown(502), resetAfter, rateLimit(1)]],
  ];
  test.each(faults)('%s is there once', async (_, sequence) => {
    await open('http', ({ faults: plan }) => plan.once(POST, ...sequence));
    await expectOneRequest(mentionOf('ship 1.4.2 to production'));
    await expectClosed();
  });

  test('that was answered before its outcome was known loses its buttons', async () => {
    await open('http', ({ faults: plan }) => plan.once(POST, resetAfter));
    await expectOneRequest(mentionOf('ship 1.4.2 to production'));
    await expectClosed();
  });

  test('that is too much for now is repeated after the time that Slack asks for', async () => {
    await open('http', ({ faults: plan }) => plan.once(POST, rateLimit(9)));
    await expectOneRequest(mentionOf('ship 1.4.2 to production'));
    const [first = 0, second = 0] = slack.calls
      .filter(({ method, args }) => method === POST && args['channel'] === channel)
      .map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(9_000);
  });

  test.each(['channel_not_found', 'not_in_channel'])(
    'that Slack refuses for good with %s is not repeated, and the log says so',
    async (error) => {
      await open('http', ({ faults: plan }) => plan.always(POST, refuse(error)));
      mentionOf('ship 1.4.2 to production');
      await found(() => agent.err().includes(error) || undefined);
      expect(slack.messages.filter(({ bot_id }) => bot_id !== undefined)).toEqual([]);
    },
  );
});

test.each(['http', 'socket'] as const)('Slack goes away and comes back, by %s', async (by) => {
  await open(by);
  await reachable(slack);
  const root = mentionOf('ship 1.4.2 to production');
  await found(() => slack.deliveries.find(({ state }) => state === 'taken'));
  slack.goAway();
  const failed = slack.calls.length;
  await found(() => slack.calls.length > failed + 1 || undefined, 60_000);
  slack.comeBack();
  await expectOneRequest(root);
});

test.each(['http', 'socket'] as const)(
  'a revoked token is named in the log and the health check, until it is replaced, by %s',
  async (by) => {
    await open(by);
    await reachable(slack);
    slack.revoked.add(ids.botToken);
    const root = mentionOf('ship 1.4.2 to production');
    await found(() => agent.err().includes('token_revoked') || undefined);
    const { text } = await send(agent.url, 'GET', '/healthz');
    expect(text).toContain('token_revoked');
    expect(agent.err() + text).not.toContain(ids.botToken);
    expect(linesIn(agent.err()).length).toBeGreaterThan(0);
    slack.revoked.clear();
    await found(() => repliesTo(slack, root)[0], 120_000);
    await expectOneRequest(root);
    expect((await send(agent.url, 'GET', '/healthz')).text).not.toContain('token_revoked');
  },
);

describe('Socket Mode', () => {
  const takes = async () => {
    const taken = () => slack.deliveries.slice(-1)[0]?.state === 'taken' || undefined;
    const root = mentionOf('hello');
    await found(taken, 60_000);
    await found(() => repliesTo(slack, root)[0]);
    expect(slack.deliveries.filter(({ state }) => state === 'lost')).toEqual([]);
  };

  test.each([
    ['apps.connections.open fails three times', refuse('internal_error'), []],
    ['apps.connections.open breaks down three times', breakDown(503), []],
    ['apps.connections.open is not reached three times', resetBefore, []],
    ['the connection ends during the handshake', undefined, ['reset', 'reset']],
    ['the handshake is refused', undefined, ['refuse']],
  ] as const)('connects although %s', { timeout: 180_000 }, async (_, fault, handshakes) => {
    await open('socket', ({ faults, socket }) => {
      if (fault) faults.once('apps.connections.open', fault, fault, fault);
      socket.spoil(...handshakes);
    });
    await reachable(slack);
    await takes();
  });

  test.each([
    ['is refreshed', () => slack.socket.refresh('refresh_requested')],
    [
      'is warned of, and refreshed',
      () => {
        slack.socket.refresh('warning');
        slack.socket.refresh('refresh_requested');
      },
    ],
    ['is dropped', () => slack.socket.drop()],
    ['falls silent', () => slack.socket.silence()],
    [
      'has frames that are no JSON and no envelopes',
      () => {
        for (const text of ['', '{', 'null', '[]', '{"type":"later"}', '{"envelope_id":7}'])
          slack.socket.send(text);
      },
    ],
  ] as const)('goes on after the connection %s', { timeout: 180_000 }, async (_, end) => {
    await open('socket');
    await reachable(slack);
    await takes();
    end();
    await takes();
  });

  test('a disconnect that is expected is no error in the log', async () => {
    await open('socket');
    await reachable(slack);
    slack.socket.refresh('refresh_requested');
    const opened = () => slack.calls.filter(({ method }) => method === 'apps.connections.open');
    await found(() => opened().length === 2 || undefined);
    await takes();
    expect(linesIn(agent.err()).filter(({ level }) => level !== 'info')).toEqual([]);
  });

  test('a revoked app token is named in the log and the health check', async () => {
    await open('socket', ({ revoked }) => revoked.add(ids.appToken));
    await found(() => agent.err().includes('token_revoked') || undefined);
    await found(() => agent.url || undefined);
    expect((await send(agent.url, 'GET', '/healthz')).text).toContain('token_revoked');
    expect(agent.err()).not.toContain(ids.appToken);
  });
});
