import { setTimeout as sleep } from 'node:timers/promises';
import { load, type Thread } from '../store/store.ts';
import type { State } from '../thread.ts';
import { printRequest } from './request.ts';
import type { Terminal } from './terminal.ts';

/** Prints what happens in a thread, whoever works on it, until it is over, Ctrl-C, or nobody reads on. */
export async function watch(terminal: Terminal, id: string): Promise<void> {
  const { agent, screen, lookEveryMs } = terminal;
  const release = screen.onInterrupt(async () => {});
  let thread = await load(agent.store, id);
  if (!isOver(thread)) screen.print(`  ${id} is ${thread.state.status}. Ctrl-C leaves.`);
  printWaiting(terminal, thread);
  while (!isOver(thread) && !screen.isClosed()) {
    await sleep(lookEveryMs);
    const next = await load(agent.store, id);
    if (!isSame(thread.state, next.state)) printWaiting(terminal, next);
    thread = next;
  }
  release();
  if (isOver(thread)) screen.print(`  ${id} is ${thread.state.status}.`);
}

function printWaiting({ agent, screen }: Terminal, thread: Thread): void {
  const { status } = thread.state;
  if (status === 'waiting_for_approval' || status === 'waiting_for_human') printRequest(thread, agent, screen);
}

const isSame = (a: State, b: State): boolean => a.status === b.status && a.open?.call_id === b.open?.call_id;
const isOver = ({ state }: Thread): boolean => ['done', 'failed', 'cancelled'].includes(state.status);
