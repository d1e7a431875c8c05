import type { Agent, RunnerHost } from '../core/agent.ts';
import { oneLine } from '../core/errors.ts';
import { advance } from '../core/loop.ts';
import { updateThread } from '../core/people.ts';
import { nextCallId, type Store } from '../core/store.ts';
import type { State } from '../core/thread.ts';
import type { Log } from './log.ts';
import { WorkerStopping } from './releasing-store.ts';

/** The store does not answer: no fault of the thread. */
export class StoreAway extends Error {}

/** After as many failures in a row, a person is asked. */
const MAX_FAILURES = 10;

const NOT_HERE = 'was woken, but is not in this store: another agent or store has the same queue';

/**
 * Returns the function with which a runner advances a thread. It logs each failure, and hands a
 * thread to a person that fails again and again.
 */
export function advanceThread(
  agentUntil: (release?: AbortSignal) => Agent,
  log: Log,
): RunnerHost['advance'] {
  return async (id, failures, release) => {
    const agent = agentUntil(release);
    try {
      const { events } = await advance(agent, id);
      if (events.length === 0) log({ level: 'warn', message: `${id} ${NOT_HERE}`, thread: id });
    } catch (error) {
      if (error instanceof WorkerStopping) throw error;
      const message = `${id} could not be continued`;
      log({ level: 'error', message, error: oneLine(error), thread: id });
      if (await isAway(agent.store)) throw new StoreAway(message);
      if (failures + 1 < MAX_FAILURES || !(await handOver(agent, id, error))) throw error;
    }
  };
}

async function isAway(store: Store): Promise<boolean> {
  try {
    await store.list({ limit: 1 });
    return false;
  } catch {
    return true;
  }
}

/** Asks a person. @returns false for a thread that cannot be handed over, or cannot be saved */
async function handOver(agent: Agent, id: string, error: unknown): Promise<boolean> {
  const reason = `${MAX_FAILURES} failures in a row: ${oneLine(error)}. How should I go on?`;
  try {
    const thread = await updateThread(agent, id, (now) => {
      const call_id = now.state.open?.call_id ?? nextCallId(now);
      return mayBeHandedOver(now.state) ? { type: 'handed_over', call_id, reason } : undefined;
    });
    return thread.state.status === 'waiting_for_human';
  } catch {
    return false;
  }
}

const mayBeHandedOver = ({ status }: State) =>
  ['thinking', 'ready', 'running', 'waiting_for_result'].includes(status);
