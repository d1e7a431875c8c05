import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Step } from '../../../../registry/agent/core/event.ts';
import { advance } from '../../../../registry/agent/core/loop.ts';
import { toyAgent } from '../../../../registry/agent/testing/toy-agent.ts';
import { type Address, openStore } from '../open-store.ts';

export type Task = {
  readonly address: Address;
  readonly steps: readonly Step[];
  /** A file that gets a line at each run of a tool. */
  readonly effects: string;
  readonly onUnknownOutcome: 'retry' | 'ask_human';
  /** Its tools never end. */
  readonly hangs: boolean;
};

/**
 * For each task, a line of JSON: says "ready", waits for a line, moves thread `t` on, and says its
 * status.
 */
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
for (let line = await lines.next(); !line.done; line = await lines.next()) {
  const { address, steps, effects, onUnknownOutcome, hangs }: Task = JSON.parse(line.value);
  const store = await openStore(address);
  const { agent } = toyAgent(steps, {
    store,
    onUnknownOutcome,
    timeoutMs: 60_000,
    async run({ idempotencyKey }) {
      appendFileSync(effects, `${idempotencyKey}\n`);
      return hangs ? new Promise(() => {}) : 'ok';
    },
  });
  await store.load('t');
  process.stdout.write('ready\n');
  await lines.next();
  const { state } = await advance(agent, 't');
  process.stdout.write(`${state.status}\n`);
  await store.close();
}
