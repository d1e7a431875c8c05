import { setTimeout as sleep } from 'node:timers/promises';
import { advance } from '../loop.ts';
import { isPast } from '../parts.ts';
import { load, type Thread } from '../store/store.ts';
import { ask, type Reply } from './ask.ts';
import { clock, remark } from './format.ts';
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

function stay({ agent, screen }: Terminal, thread: Thread): { left: boolean } {
  printWhatNow(thread, agent, screen);
  return { left: false };
}

/** Advances. If Ctrl-C ends the process meanwhile, it says how to go on. */
async function go({ agent, store, screen }: Terminal, id: string): Promise<Thread> {
  const release = screen.onInterrupt(async () => {
    printStopped(await load(store, id), screen);
  });
  try {
    return await advance(agent, id);
  } finally {
    release();
  }
}

async function requested(terminal: Terminal, thread: Thread): Promise<Reply> {
  const { agent, screen } = terminal;
  if (!screen.interactive) {
    printRequest(thread, agent, screen);
    return 'later';
  }
  const reply = await ask(terminal, thread);
  if (reply !== 'answered') printWhatNow(thread, agent, screen);
  return reply;
}

/** Resolves once another process has moved the thread, or its lease is over. */
async function settled({ agent, store, screen, lookEveryMs }: Terminal, { id, events, state }: Thread): Promise<void> {
  const release = screen.onInterrupt(async () => {});
  const note = `another process may be at it: waiting until ${clock(state.open?.due ?? '')} at most`;
  screen.print(remark(screen, 'dim', note));
  try {
    while (!isPast(state.open?.due, agent) && (await store.load(id)).length === events.length) await sleep(lookEveryMs);
  } finally {
    release();
  }
}
