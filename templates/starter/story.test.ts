import { expect, test } from 'vitest';
import { agent as wired } from './agent.ts';
import { answer, approve, say, start } from './core/people.ts';
import { advance } from './core/loop.ts';
import { script } from './model/script.ts';
import { memoryStore } from './store/memory.ts';
import type { Thread } from './core/store.ts';

const [ada = 'ada'] = wired.policy.approvers;

/** Starts the story of `model/script.ts`, in memory, with your policy.ts: change them together. */
async function story(text: string) {
  const agent = { ...wired, model: script, store: memoryStore() };
  const { id } = await start(agent, { channel: 'test', from: ada, text });
  let thread = await advance(agent, id);
  const next = async (act: (call: string) => Promise<Thread>) => {
    await act(thread.state.open?.call_id ?? '');
    return (thread = await advance(agent, id));
  };
  return {
    thread: () => thread,
    approve: () => next((call) => approve(agent, call, { approved: true, by: ada, isLocal: true })),
    deny: (comment: string) =>
      next((call) => approve(agent, call, { approved: false, by: ada, comment, isLocal: true })),
    answer: (reply: string) => next((call) => answer(agent, call, { by: ada, text: reply })),
    say: (more: string) => next(() => say(agent, id, { channel: 'test', from: ada, text: more })),
  };
}

/** Lists the steps of the agent: `deploy 1.4.2 staging`, `done_for_now 1.4.2 is on staging.` */
const steps = ({ events }: Thread): string[] =>
  events.flatMap((event) =>
    event.type === 'tool_call' ? [Object.values(event.step).join(' ')] : [],
  );

test.concurrent('approved: staging by itself, production by a person', async () => {
  const { thread, approve } = await story('ship 1.4.2 to production');
  expect(thread().state.status).toBe('waiting_for_approval');
  expect(steps(await approve())).toEqual([
    'list_releases',
    'deploy 1.4.2 staging',
    'deploy 1.4.2 production',
    'done_for_now 1.4.2 is on production.',
  ]);
});

test.concurrent('denied: the agent follows the reason', async () => {
  const { deny } = await story('ship 1.4.2 to production');
  expect(steps(await deny('the back end first')).slice(-1)[0]).toBe(
    'done_for_now 1.4.2 is not on production: the back end first.',
  );
});

test.concurrent('denied with another version: that one is deployed', async () => {
  const { deny } = await story('ship 1.4.2 to production');
  expect(steps(await deny('take 1.4.1 instead')).slice(3)).toEqual([
    'deploy 1.4.1 staging',
    'deploy 1.4.1 production',
  ]);
});

test.concurrent('it asks for a version that is missing', async () => {
  const { thread, answer } = await story('ship the latest');
  expect(thread().state).toMatchObject({
    status: 'waiting_for_human',
    open: { step: { question: 'Which version: 1.4.2, 1.4.1, 1.4.0?' } },
  });
  expect(steps(await answer('1.4.2 please')).slice(-1)[0]).toBe(
    'done_for_now 1.4.2 is on staging.',
  );
});

test.concurrent('a message instead of an answer steers it', async () => {
  const { say } = await story('ship 1.4.2 to production');
  const { state, events } = await say('no: staging is enough');
  expect(state.status).toBe('done');
  expect(events.filter(({ type }) => type === 'approval')).toEqual([]);
});

test.concurrent('the thread remembers: production later', async () => {
  const { say, approve } = await story('ship 1.4.1 to staging');
  expect((await say('now production')).state.status).toBe('waiting_for_approval');
  expect(steps(await approve()).slice(-1)[0]).toBe('done_for_now 1.4.1 is on production.');
});

test.concurrent('off its story, it says what it knows', async () => {
  const { thread } = await story('write me a poem');
  expect(steps(thread())).toEqual([expect.stringContaining('I am only a script')]);
});
