import type { Thread } from '../core/store.ts';
import type { State } from '../core/thread.ts';
import { printRequest } from './request.ts';
import type { Terminal } from './terminal.ts';

/** Prints what happens in a thread, whoever works on it, until it is over, Ctrl-C, or nobody reads on. */
export async function watch(terminal: Terminal, id: string): Promise<void> {
  const { backend, screen } = terminal;
  const release = screen.onInterrupt(async () => {});
  let last: Thread | undefined;
  for await (const thread of backend.follow(id)) {
    if (!last && !isOver(thread)) screen.print(`  ${id} is ${thread.state.status}. Ctrl-C leaves.`);
    if (!last || !isSame(last.state, thread.state)) printWaiting(terminal, thread);
    last = thread;
    if (isOver(thread) || screen.isClosed()) break;
  }
  release();
  if (last && isOver(last)) screen.print(`  ${id} is ${last.state.status}.`);
}

function printWaiting({ backend, screen }: Terminal, thread: Thread): void {
  const { status, open } = thread.state;
  const isDenied = open?.objection && 'deny' in open.objection;
  if (status === 'waiting_for_human' || (status === 'waiting_for_approval' && !isDenied))
    printRequest(thread, backend, screen);
}

const isSame = (a: State, b: State): boolean =>
  a.status === b.status && a.open?.call_id === b.open?.call_id;
const isOver = ({ state }: Thread): boolean =>
  ['done', 'failed', 'cancelled'].includes(state.status);
