import { dirname } from 'node:path';
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { threadIdOf } from '../../registry/agent/core/people.ts';
import type { SlackMessage } from '../support/generated/fake-slack/workspace.ts';
import { ids } from '../support/generated/fake-slack/workspace.ts';
import { fakeSlack, mention, type FakeSlack } from '../support/generated/fake-slack/fake-slack.ts';
import { buttonsOf, type Forged } from '../support/generated/fake-slack/interactions.ts';
import { rests } from '../support/generated/http.ts';
import type { Started } from '../support/generated/served-agent.ts';
import {
  accounts,
  effectsOf,
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
  shown,
} from '../support/generated/slack-story.ts';

const { ada, bob, eve } = accounts;
const channel = 'C0RELEASES';

describe.each(['http', 'socket'] as const)('by %s', (by) => {
  let folder = '';
  let slack: FakeSlack;
  let agent: Started;
  beforeAll(async () => {
    folder = await writeSlackAgent();
    slack = await fakeSlack({ by });
    slack.create(channel);
    for (const user of [ada, bob, eve]) slack.join(user);
    agent = await startSlackAgent(folder, slack);
    await reachable(slack);
  });
  afterAll(async () => {
    await kill(agent, slack);
    await slack.stop();
    rmSync(dirname(dirname(folder)), { recursive: true, force: true });
  });
  afterEach(() => expect(slack.deliveries.filter(({ state }) => state === 'lost')).toEqual([]));

  const mentionBy = (user: string, text: string) => slack.say(user, channel, `${mention} ${text}`);
  const callOf = (message: SlackMessage) => String(buttonsOf(message)[0]?.['value']);
  const threadOf = (message: SlackMessage, status: string) =>
    rests(agent.url, threadIdOf(callOf(message)), status);
  const lastReply = (root: SlackMessage, text: string) =>
    found(() => repliesTo(slack, root).find((one) => shown(one).includes(text)));

  test('a mention is told to approve; approved, it is deployed once, and says by whom', async () => {
    const root = mentionBy(ada, 'ship 1.4.2 to production');
    const request = await requestIn(slack, root);
    expect(shown(request)).toContain('1.4.2');
    const call = callOf(request);
    const before = effectsOf(folder).length;
    await slack.click(ada, request, 'approve');
    await lastReply(root, '1.4.2 is on production.');
    await found(() => (isOpen(request) ? undefined : request));
    expect(shown(request)).toMatch(/approved by ada/i);
    expect(effectsOf(folder).slice(before)).toEqual([`1.4.2 production ${call}`]);
    await slack.click(ada, { ...request, ...request.before[0] } as SlackMessage, 'approve');
    expect(effectsOf(folder).slice(before)).toHaveLength(1);
  });

  const refusals: readonly (readonly [string, string, Forged])[] = [
    ['a person who may not approve', bob, {}],
    ['an account that is no one in people.ts', eve, {}],
    [
      'the same user id of another workspace',
      ada,
      { payload: { user: { id: ada, team_id: 'T9' } } },
    ],
    ['a forged id of a call', ada, { action: { value: 't_0000000000000000:3' } }],
    ['an id of a call that is no id', ada, { action: { value: '../../etc' } }],
  ];
  test.each(refusals)('%s is told no, and the request stays open', async (_, user, forged) => {
    const root = mentionBy(ada, 'ship 1.4.1 to production');
    const request = await requestIn(slack, root);
    const [before, told] = [effectsOf(folder).length, slack.ephemerals.length];
    for (const action of ['approve', 'deny']) await slack.click(user, request, action, forged);
    await found(() => (slack.ephemerals.length > told ? true : undefined));
    expect(slack.views.filter(({ isOpen: open }) => open)).toEqual([]);
    const { open } = await threadOf(request, 'waiting_for_approval');
    expect(open.call_id).toBe(callOf(request));
    expect(isOpen(request)).toBe(true);
    expect(effectsOf(folder)).toHaveLength(before);
  });

  test('a denial asks for the reason, and the agent follows it', async () => {
    const root = mentionBy(ada, 'ship 1.4.0 to production');
    const request = await requestIn(slack, root);
    await slack.click(ada, request, 'deny');
    await found(() => slack.views.find(({ user, isOpen: open }) => user === ada && open));
    await slack.submit(ada, { text: 'the back end first' });
    await lastReply(root, '1.4.0 is not on production: the back end first.');
    await found(() => (isOpen(request) ? undefined : request));
    expect(shown(request)).toMatch(/denied by ada/i);
  });

  test('a reply in the thread answers the question', async () => {
    const root = mentionBy(ada, 'ship the latest');
    const question = await requestIn(slack, root, 'answer');
    expect(shown(question)).toContain('Which version: 1.4.2, 1.4.1, 1.4.0?');
    slack.say(ada, channel, '1.4.2 please', { thread_ts: root.ts });
    await lastReply(root, '1.4.2 is on staging.');
    await found(() => (isOpen(question) ? undefined : question));
  });

  test('a direct message starts a thread; others start none', async () => {
    const direct = slack.say(ada, slack.direct(ada), 'ship 1.4.2 to staging');
    await lastReply(direct, '1.4.2 is on staging.');
    const count = slack.messages.length;
    const told = slack.ephemerals.length;
    mentionBy(eve, 'ship 1.4.2 to staging');
    await found(() => (slack.ephemerals.length > told ? true : undefined));
    const spoken = slack.say(ada, channel, 'ship 1.4.2 to staging');
    slack.edit(spoken, 'ship 1.4.2 to staging, now');
    slack.remove(spoken);
    await found(() => slack.deliveries.every(({ state }) => state === 'taken') || undefined);
    expect(slack.messages.slice(count).filter(({ bot_id }) => bot_id === ids.bot_id)).toEqual([]);
  });
});
