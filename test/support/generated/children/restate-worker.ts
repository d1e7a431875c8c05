import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { wrapStore } from '../../../../registry/agent/core/store.ts';
import { firstMessage } from '../../../../registry/agent/core/thread.ts';
import type { RestateOptions } from '../../../../registry/agent/runner/restate.ts';
import { toyAgent } from '../../../../registry/agent/testing/toy-agent.ts';
import { startWorker } from '../../../../registry/agent/worker/worker.ts';
import { openStore, type Address } from '../open-store.ts';
import { restateRunnerAt } from '../restate-server.ts';

export type Task = {
  readonly engine: { readonly url: string; readonly space: string };
  readonly store: Address;
  /** A file that gets a line at each call of the model: the text of the thread, and `name`. */
  readonly calls: string;
  readonly name: string;
  /** Tool calls of each thread before it ends. */
  readonly steps: number;
  readonly modelMs: number;
  readonly atOnce: number;
  /** ms between two searches for due threads. Without it, there are none. */
  readonly everyMs?: number;
  /** Steps that cannot be saved before one is. */
  readonly failures?: number;
  readonly options?: RestateOptions;
};

/**
 * Works as `argv[2]` says. Prints `ready` and its log, advances the threads that it reads, one a
 * line, and stops on `stop`.
 */
const task: Task = JSON.parse(process.argv[2] ?? '');
const { name, calls, steps, modelMs, everyMs = Infinity } = task;
const runner = await restateRunnerAt(task.engine, task.options);
const saved = await openStore(task.store);
let { failures = 0 } = task;
const store = wrapStore(saved, {
  append: (...event) =>
    event[2].type === 'tool_call' && failures-- > 0
      ? Promise.reject(new TypeError('no room'))
      : saved.append(...event),
});
const { agent: toy } = toyAgent([], { store });
const agent: typeof toy = {
  ...toy,
  runner,
  now: Date.now,
  async model({ events, signal }) {
    const thread = firstMessage(events)?.text ?? '';
    appendFileSync(calls, `${thread} ${name}\n`);
    await sleep(modelMs, undefined, { signal });
    const done = events.filter(({ type }) => type === 'tool_call').length;
    return { step: { intent: done < steps ? 'read' : 'done' } };
  },
  policy: {
    ...toy.policy,
    budgets: { steps: 1_000, errorsInARow: 3, repeats: 1_000, tokens: 1_000 },
  },
};
const worker = startWorker(agent, {
  atOnce: task.atOnce,
  everyMs,
  log: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
});
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'stop') break;
  worker.advance(line, line.split('_')[0]);
}
const running = await worker.stop();
process.stdout.write(`stopped ${running.length}\n`);
process.exit(0);
