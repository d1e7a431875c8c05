import { advance } from '../../registry/agent/core/loop.ts';
import { approve, start } from '../../registry/agent/core/people.ts';
import type { Store, Thread } from '../../registry/agent/core/store.ts';
import { done, toyAgent, write } from '../../registry/agent/testing/toy-agent.ts';
import { answer } from '../agents/play.ts';

/** Asks twice for a call that a person has to approve, then is done. */
export function askingAgent(store: Store) {
  const { agent } = toyAgent([], { run: async () => answer, timeoutMs: 10_000 });
  const model: typeof agent.model = async ({ events }) => {
    const calls = events.filter(({ type }) => type === 'tool_call');
    return { step: calls.length < 2 ? write : done };
  };
  return { ...agent, store, model, now: Date.now };
}

type AskingAgent = ReturnType<typeof askingAgent>;

/** Starts a thread as the API does, and pauses it: a message, a call, its denial, and a call that waits. */
export async function pauseThread(agent: AskingAgent, from: string): Promise<Thread> {
  const text = 'Please write the new version to production once the tests have passed.';
  const { id } = await start(agent, { channel: 'http', from, text });
  const { state } = await advance(agent, id);
  await approve(agent, state.open?.call_id ?? '', { approved: false, by: 'bob' });
  return await advance(agent, id);
}

/** Approves the call that a thread waits for, runs it, and saves what follows, to the end. */
export async function approveToEnd(agent: AskingAgent, call_id: string): Promise<void> {
  const { id } = await approve(agent, call_id, { approved: true, by: 'ada' });
  const { state, events } = await advance(agent, id);
  if (state.status !== 'done' || events.length !== 8)
    throw new Error(`${id} is ${state.status} with ${events.length} events, not done with 8.`);
}
