import type { Thread } from '../core/store.ts';
import type { State } from '../core/thread.ts';
import { clock, remark } from '../screen/text.ts';
import { ask, type Reply } from './ask.ts';
import type { Terminal } from './backend.ts';
import { printRequest, printStopped, printWhatNow } from './request.ts';

/** Moves a thread on, asking in place where a person sits here. @returns whether that person left */
export async function attend(terminal: Terminal, id: string): Promise<{ left: boolean }> {
  for (;;) {
    const thread = await go(terminal, id);
    switch (thread.state.status) {
      case 'waiting_for_approval':
      case 'waiting_for_human': {
        const reply = await requested(terminal, thread);
        if (reply !== 'answered') return { left: reply === 'left' };
        break;
      }
      case 'running':
        if (!terminal.screen.interactive) return stay(terminal, thread);
        await settled(terminal, thread);
        break;
      case 'waiting_for_result':
        return stay(terminal, thread);
      default:
        return { left: false };
    }
  }
}

function stay({ backend, screen }: Terminal, thread: Thread): { left: boolean } {
  printWhatNow(thread, backend, screen);
  return { left: false };
}

/** Advances. If Ctrl-C ends the process meanwhile, it says how to go on. */
async function go({ backend, screen }: Terminal, id: string): Promise<Thread> {
  const release = screen.onInterrupt(async () => {
    printStopped(await backend.load(id), backend, screen);
  });
  try {
    return await backend.advance(id);
  } finally {
    release();
  }
}

async function requested(terminal: Terminal, thread: Thread): Promise<Reply> {
  const { backend, screen } = terminal;
  if (!screen.interactive) {
    printRequest(thread, backend, screen);
    return 'later';
  }
  const reply = await ask(terminal, thread);
  if (reply !== 'answered') printWhatNow(thread, backend, screen);
  return reply;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Resolves once another process has moved the thread, or its lease is over. */
async function settled({ backend, screen }: Terminal, thread: Thread): Promise<void> {
  const due = thread.state.open?.due ?? '';
  const release = screen.onInterrupt(async () => {});
  screen.print(
    remark(screen, 'dim', `another process may be at it: waiting until ${clock(due)} at most`),
  );
  const leftMs = Math.max(0, Date.parse(due) - backend.now()) + 1;
  try {
    await backend.moved(thread, AbortSignal.timeout(Math.min(leftMs, LONGEST_TIMER_MS)));
  } finally {
    release();
  }
}

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
