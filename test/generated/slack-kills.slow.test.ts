import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { listAll } from '../../registry/agent/core/store.ts';
import { fileStore } from '../../registry/agent/store/file.ts';
import { fakeSlack, mention, type FakeSlack } from '../support/generated/fake-slack/fake-slack.ts';
import { insteadRun, type Fault } from '../support/generated/fake-slack/faults.ts';
import type { Env, Started } from '../support/generated/served-agent.ts';
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
} from '../support/generated/slack-story.ts';

let folder = '';
beforeAll(async () => {
  folder = await writeSlackAgent();
});
afterAll(() => rmSync(dirname(dirname(folder)), { recursive: true, force: true }));

const channel = 'C0RELEASES';
const { ada } = accounts;
/** A thread whose process was killed while its model was asked continues 200 s later. */
const LATER = { SKEW_MS: '250000' };

type Point = {
  readonly env?: Env;
  /** How the first post goes. */
  readonly fault?: (die: () => Promise<unknown>) => Fault;
  /** Kills the process once Slack has its acknowledgement; the model does not answer before. */
  readonly isAtAck?: true;
};

const points: Readonly<Record<string, Point>> = {
  'before the save of the message': { env: { KILL_AT: 'before message' } },
  'between the save and the acknowledgement': { env: { KILL_AT: 'after message' } },
  'between the acknowledgement and the work': { isAtAck: true },
  'before the save of the attempt to send': { env: { KILL_AT: 'before delivery sending' } },
  'after the save of the attempt to send': { env: { KILL_AT: 'after delivery sending' } },
  'when Slack has the request, and does nothing': { fault: (die) => insteadRun(die) },
  'after Slack has posted it, before its answer': {
    fault: (die) => async (exchange) => {
      exchange.perform();
      await die();
      return undefined;
    },
  },
  'before the save that it was sent': { env: { KILL_AT: 'before delivery sent' } },
  'after the save that it was sent': { env: { KILL_AT: 'after delivery sent' } },
};

describe.each(['http', 'socket'] as const)('by %s, killed', (by) => {
  let slack: FakeSlack;
  let agent: Started;
  afterEach(async () => {
    await kill(agent, slack);
    await slack.stop();
    rmSync(join(folder, '.agent'), { recursive: true, force: true });
    rmSync(join(folder, 'effects'), { force: true });
    rmSync(join(folder, 'gate'), { force: true });
  });

  test.each(Object.entries(points))('%s: asked once, deployed once', async (_, point) => {
    const { env = {}, fault, isAtAck } = point;
    slack = await fakeSlack({ by, minuteMs: 6_000 });
    slack.create(channel);
    slack.join(ada);
    const gate = join(folder, 'gate');
    if (isAtAck) writeFileSync(gate, '');
    agent = await startSlackAgent(folder, slack, { ...env, GATE: gate });
    const die = () => kill(agent, slack);
    await reachable(slack);
    if (fault) slack.faults.once('chat.postMessage', fault(die));
    const root = slack.say(ada, channel, `${mention} ship 1.4.2 to production`);
    if (isAtAck) {
      await found(() => slack.deliveries.find(({ state }) => state === 'taken'));
      await die();
      rmSync(gate);
    }
    expect(await agent.ended).toBe('SIGKILL');
    slack.deliverTo(undefined);
    agent = await startSlackAgent(folder, slack, LATER);
    const request = await requestIn(slack, root);
    await reachable(slack);
    const clicked = await slack.click(ada, request, 'approve');
    expect(clicked.failed).toBeUndefined();
    await found(() => repliesTo(slack, root).find(({ text }) => text.includes('is on production')));
    expect(repliesTo(slack, root)).toHaveLength(2);
    await found(() => !slack.messages.some(isOpen) || undefined, 60_000);
    // ada is also asked where only ada reads, unless the answer came before.
    const direct = slack.messages.filter((one) => one.channel === slack.direct(ada));
    expect(direct.length).toBeLessThanOrEqual(1);
    expect(effectsOf(folder).filter((line) => line.includes('production'))).toHaveLength(1);
    const ids: string[] = [];
    const store = fileStore(join(folder, '.agent/threads'));
    for await (const { id } of listAll(store, { limit: 10 })) ids.push(id);
    expect(ids).toHaveLength(1);
    await found(
      () => !slack.deliveries.some(({ state }) => state === 'going') || undefined,
      60_000,
    );
    expect(slack.deliveries.filter(({ state }) => state === 'lost')).toEqual([]);
  });
});
