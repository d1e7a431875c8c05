import type { Thread } from '../core/store.ts';
import { ask, type Reply } from './ask.ts';
import { clock, remark } from '../screen/text.ts';
import { printRequest, printStopped, printWhatNow } from './request.ts';
import type { Terminal } from './terminal.ts';

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
