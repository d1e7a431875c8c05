import { advance } from '../../registry/agent/core/loop.ts';
import { memoryStore } from '../../registry/agent/store/memory.ts';
import { done, hear, read, toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import { answer, play } from './play.ts';

const budgets = { steps: Infinity, errorsInARow: 3, repeats: Infinity, tokens: Infinity };
const { agent, ran } = toyAgent([], { run: async () => answer, timeoutMs: 10_000 });

/** The generated agent as it is, but for budgets that a thousand steps would use up. */
await play(async (steps) => {
  let asked = 0;
  const model = async () => ({ step: asked++ < steps ? read : done });
  const policy = { ...agent.policy, budgets };
  const playing = { ...agent, model, policy, store: memoryStore(), now: Date.now };
  const before = ran.length;
  await hear(playing, 'bench');
  await advance(playing, 'bench');
  return ran.length - before;
});
