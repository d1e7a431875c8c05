import { requireThread } from '../core/people.ts';
import type { Thread } from '../core/store.ts';
import type { State } from '../core/thread.ts';
import { clock, remark } from '../screen/text.ts';
import { askPerson, type Reply } from './ask-person.ts';
import type { Terminal } from './backend.ts';
import type { Command } from './command-types.ts';
import { printNextCommands, printRequest, printStopped } from './request.ts';

/** Runs a thread until it ends or waits. @returns whether the person left */
export async function runThread(terminal: Terminal, id: string): Promise<boolean> {
  for (;;) {
    const thread = await advance(terminal, id);
    switch (thread.state.status) {
      case 'waiting_for_approval':
      case 'waiting_for_human': {
        const reply = await ask(terminal, thread);
        if (reply !== 'answered') return reply === 'left';
        break;
      }
      case 'running':
        if (!terminal.screen.interactive) return stop(terminal, thread);
        await waitForOther(terminal, thread);
        break;
      case 'waiting_for_result':
        return stop(terminal, thread);
      default:
        return false;
    }
  }
}

function stop(terminal: Terminal, thread: Thread): boolean {
  printNextCommands(terminal, thread);
  return false;
}

/** If Ctrl-C ends the process meanwhile, it prints how to go on. */
async function advance(terminal: Terminal, id: string): Promise<Thread> {
  const { backend, screen } = terminal;
  const release = screen.onInterrupt(async () => {
    printStopped(terminal, await backend.load(id));
  });
  try {
    return await backend.advance(id);
  } finally {
    release();
  }
}

async function ask(terminal: Terminal, thread: Thread): Promise<Reply> {
  if (!terminal.screen.interactive) {
    printRequest(terminal, thread);
    return 'later';
  }
  const reply = await askPerson(terminal, thread);
  if (reply !== 'answered') printNextCommands(terminal, thread);
  return reply;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Waits for the process that runs the thread, at most for its lease. */
async function waitForOther({ backend, screen }: Terminal, thread: Thread): Promise<void> {
  const due = thread.state.open?.due ?? '';
  const text = `another process may be running it: waiting until ${clock(due)} at most`;
  const leftMs = Math.max(0, Date.parse(due) - backend.now()) + 1;
  const release = screen.onInterrupt(async () => {});
  screen.print(remark(screen, 'dim', text));
  try {
    await backend.moved(thread, AbortSignal.timeout(Math.min(leftMs, LONGEST_TIMER_MS)));
  } finally {
    release();
  }
}

/** Prints what other processes do, until the thread ends, or Ctrl-C. */
export const watchCommand: Command = {
  usage: 'watch <thread>',
  about: 'follow it while others work on it',
  async run(terminal, { id }) {
    const { backend, screen } = terminal;
    requireThread(await backend.load(id));
    const release = screen.onInterrupt(async () => {});
    let last: Thread | undefined;
    for await (const thread of backend.follow(id)) {
      const { state } = thread;
      if (!last && !isOver(state)) screen.print(`  ${id} is ${state.status}. Ctrl-C leaves.`);
      if (!last || !isSameRequest(last.state, state)) printIfAsking(terminal, thread);
      last = thread;
      if (isOver(state) || screen.isClosed()) break;
    }
    release();
    if (last && isOver(last.state)) screen.print(`  ${id} is ${last.state.status}.`);
  },
};

/** A step that the policy denies waits for no person. */
function printIfAsking(terminal: Terminal, thread: Thread): void {
  const { status, open } = thread.state;
  const isDenied = open?.objection && 'deny' in open.objection;
  const asksApproval = status === 'waiting_for_approval' && !isDenied;
  if (asksApproval || status === 'waiting_for_human') printRequest(terminal, thread);
}

const isSameRequest = (a: State, b: State): boolean =>
  a.status === b.status && a.open?.call_id === b.open?.call_id;

const isOver = ({ status }: State): boolean =>
  status === 'done' || status === 'failed' || status === 'cancelled';
