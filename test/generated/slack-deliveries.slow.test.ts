import { dirname, join } from 'node:path';
import { rmSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { listAll, load, type Store, type Thread } from '../../registry/agent/core/store.ts';
import { fileStore } from '../../registry/agent/store/file.ts';
import { sqliteStore } from '../../registry/agent/store/sqlite.ts';
import { fakeSlack, mention, type FakeSlack } from '../support/generated/fake-slack/fake-slack.ts';
import {
  accounts,
  kill,
  startSlackAgent,
  writeSlackAgent,
} from '../support/generated/slack-agent.ts';
import { found, repliesTo } from '../support/generated/slack-story.ts';
import { randomOf } from '../support/random.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const channel = 'C0RELEASES';
const ROUNDS = 5;
const MENTIONS_A_ROUND = 100;
/** A thread whose process was killed while its model was asked continues 200 s later. */
const LATER = { SKEW_MS: '250000' };

const stores = {
  'store-file': (folder: string) => fileStore(join(folder, '.agent/threads')),
  'store-sqlite': (folder: string) => sqliteStore(join(folder, '.agent/threads.db')),
};
const hasSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined;

test.for([
  ['http', 'store-file'],
  ['socket', 'store-file'],
  ['http', 'store-sqlite'],
  ['socket', 'store-sqlite'],
] as const)(
  '1,000 events by %s, in any order and some twice, with kills, on %s: none lost, none twice',
  { timeout: 600_000 },
  async ([by, kind], context) => {
    if (kind === 'store-sqlite' && !hasSqlite) return context.skip('Node 22.13 has SQLite');
    const folder = await writeSlackAgent(kind);
    ends.push(() => rmSync(dirname(dirname(folder)), { recursive: true, force: true }));
    const random = randomOf(17);
    // A minute of Slack's schedule has to be longer than a restart.
    const slack = await fakeSlack({
      by,
      minuteMs: 10_000,
      duplicates: 0.1,
      scatterMs: 4_000,
      echoes: false,
      random: () => random.below(1e6) / 1e6,
    });
    ends.push(slack.stop);
    slack.create(channel);
    slack.join(accounts.ada);
    let agent = await startSlackAgent(folder, slack);
    ends.push(() => kill(agent, slack));
    for (let round = 0; round < ROUNDS; round++) {
      const before = countTaken(slack);
      for (let n = 0; n < MENTIONS_A_ROUND; n++)
        slack.say(accounts.ada, channel, `${mention} hello ${round}-${n}`);
      // A part of them is taken, the others are on their way.
      await found(() => countTaken(slack) >= before + MENTIONS_A_ROUND / 2 || undefined, 60_000);
      await kill(agent, slack);
      agent = await startSlackAgent(folder, slack);
    }
    await found(
      () => !slack.deliveries.some(({ state }) => state === 'going') || undefined,
      180_000,
    );
    expect(slack.deliveries.filter(({ state }) => state === 'lost')).toEqual([]);
    expect(slack.deliveries).toHaveLength(2 * ROUNDS * MENTIONS_A_ROUND);
    const attempts = slack.deliveries.flatMap((one) => one.attempts);
    expect(attempts.filter(({ failed }) => failed !== undefined).length).toBeGreaterThan(ROUNDS);
    await kill(agent, slack);
    agent = await startSlackAgent(folder, slack, LATER);
    const roots = slack.messages.filter(({ user }) => user === accounts.ada);
    await found(
      () => roots.every((root) => repliesTo(slack, root).length > 0) || undefined,
      120_000,
    );
    expect(roots.map((root) => repliesTo(slack, root).length)).toEqual(roots.map(() => 1));
    const texts = (await threadsOf(stores[kind](folder))).map(messagesOf);
    expect(texts.toSorted()).toEqual(
      roots.map(({ text }) => [text.replace(`${mention} `, '')]).toSorted(),
    );
  },
);

const countTaken = ({ deliveries }: FakeSlack) =>
  deliveries.filter(({ state }) => state === 'taken').length;

async function threadsOf(store: Store): Promise<Thread[]> {
  const threads: Thread[] = [];
  for await (const { id } of listAll(store, { limit: 100 })) threads.push(await load(store, id));
  return threads;
}

const messagesOf = ({ events }: Thread) =>
  events.flatMap((event) => (event.type === 'message' ? [event.text] : []));
