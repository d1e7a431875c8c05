import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { advance } from '../../../../registry/agent/core/loop.ts';
import { fileStore } from '../../../../registry/agent/store/file.ts';
import { done, hear, toyAgent } from '../../../../registry/agent/testing/toy-agent.ts';

/**
 * Runs thread `t` of the folder `argv[2]`: three writes, each of which leaves a line with its key
 * in the file `effects`. Its clock is `argv[3]` ms ahead. Prints the number of saved events after
 * each.
 */
const [, , folder = '', ahead = '0'] = process.argv;
const store = fileStore(`${folder}/threads`);
const steps = [...['a', 'b', 'c'].map((to) => ({ intent: 'write', to })), done];
const { agent } = toyAgent(steps, {
  onWrite: 'run',
  onUnknownOutcome: 'ask_human',
  timeoutMs: 1_000,
  async run({ idempotencyKey }) {
    await setTimeout(10);
    appendFileSync(`${folder}/effects`, `${idempotencyKey}\n`);
    await setTimeout(10);
    return 'ok';
  },
});
const told: typeof store = {
  ...store,
  async append(id, version, event, index) {
    const saved = await store.append(id, version, event, index);
    process.stdout.write(`${saved}\n`);
    return saved;
  },
};
const real = { ...agent, store: told, now: () => Date.now() + Number(ahead) };
if ((await store.load('t')).length === 0) await hear(real, 't');
await advance(real, 't');
