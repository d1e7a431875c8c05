import { isPast } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import { requireThread, threadIdOf, threadThatAsks } from '../core/people.ts';
import type { Thread } from '../core/store.ts';
import { firstMessage, hasEnded } from '../core/thread.ts';
import { clock, remark } from '../screen/text.ts';
import { askPerson, type Reply } from './ask-person.ts';
import { FOR_SHELL, isForShell, isSlashCommand } from './program.ts';
import { isAsking, printNextCommands, printRequest } from './print-thread.ts';
import type { Command, Terminal } from './types.ts';

/** A conversation. All messages go to one thread, until `/new`. */
export const talkCommand: Command = {
  usage: '',
  about: 'talk to the agent',
  async run(terminal) {
    const { screen } = terminal;
    introduce(terminal);
    screen.print(remark(screen, 'dim', '/new starts a new thread, /quit leaves', '  '));
    await talk(terminal);
  },
};

/** Reads messages until the end. */
export async function talk(terminal: Terminal): Promise<void> {
  const { screen } = terminal;
  let id: string | undefined;
  for (;;) {
    const text = (await screen.ask('> ', undefined, screen.takeTyped()))?.trim();
    if (text === undefined || text === '/quit') return;
    if (text === '/new') id = undefined;
    const reply = replyTo(text);
    if (reply) screen.print(`  ${reply}`);
    if (reply !== undefined) continue;
    const heard = await send(terminal, id, text);
    if (heard === undefined) continue;
    const outcome = await runThread(terminal, heard);
    if (outcome === 'left') return;
    id = outcome === 'new' ? undefined : heard;
  }
}

const NEW = 'The next message starts a new thread.';

/** The reply to a line that is not meant for the agent. */
function replyTo(text: string): string | undefined {
  if (text === '') return '';
  if (text === '/new') return NEW;
  if (isSlashCommand(text)) return 'There are /new and /quit.';
  if (!isForShell(text)) return undefined;
  return FOR_SHELL;
}

/** Prints what to know before a message. @throws Refused */
export function introduce({ backend, screen }: Terminal, said = ''): void {
  backend.assertReady();
  const lines = backend.introduction.filter((line) => line !== `Try: ${said}`);
  screen.print(...lines.map((line) => remark(screen, 'dim', line.trim(), '  ')));
}

/** Starts or continues a thread. @returns its id; undefined if it takes no message */
async function send(
  { backend, screen }: Terminal,
  id: string | undefined,
  text: string,
): Promise<string | undefined> {
  try {
    if (id === undefined) return (await backend.start(text)).id;
    await backend.say(id, text);
    return id;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    screen.print(remark(screen, 'bad', error.message, '  '));
    return undefined;
  }
}

/** Runs a thread until it ends, waits, or the person leaves; then one that waits for its end. */
export async function runThread(terminal: Terminal, first: string): Promise<Reply> {
  const { backend, screen } = terminal;
  let id = first;
  const release = screen.onInterrupt(async () => {
    screen.print('  Stopped.');
    printNextCommands(terminal, await backend.load(id));
  });
  try {
    for (;;) {
      screen.busy(true);
      const thread = await backend.advance(id);
      screen.busy(false);
      const { parent } = firstMessage(thread.events) ?? {};
      if (parent && hasEnded(thread.state)) {
        id = threadIdOf(parent.call_id);
        continue;
      }
      const reply = await attend(terminal, await threadThatAsks(backend.load, thread));
      if (reply === 'new') screen.print(`  ${NEW}`);
      if (reply !== 'answered') return reply;
    }
  } finally {
    screen.busy(false);
    release();
  }
}

/** Asks a person, waits for another process, or prints how to go on. */
async function attend(terminal: Terminal, thread: Thread): Promise<Reply> {
  const { interactive } = terminal.screen;
  const { status } = thread.state;
  const isRunning = status === 'running';
  if (interactive && isAsking(thread)) return await askPerson(terminal, thread);
  if (interactive && isRunning) return await waitForOther(terminal, thread);
  if (isAsking(thread)) printRequest(terminal, thread);
  else if (isRunning || status === 'waiting_for_result') printNextCommands(terminal, thread);
  return 'later';
}

/** Waits for the process that runs the thread, at most for its lease. */
async function waitForOther({ backend, screen }: Terminal, thread: Thread): Promise<Reply> {
  const { id, events, state } = thread;
  const due = state.open?.due ?? '';
  const text = `another process may be running it: waiting until ${clock(due)} at most`;
  screen.print(remark(screen, 'dim', text));
  for await (const now of backend.follow(id))
    if (now.events.length > events.length || isPast(due, backend)) break;
  return 'answered';
}

/** Prints what other processes do, until the thread ends, or Ctrl-C. */
export const watchCommand: Command = {
  usage: 'watch <thread>',
  about: 'follow it while others work on it',
  async run(terminal, { id }) {
    const { backend, screen } = terminal;
    requireThread(await backend.load(id));
    screen.onInterrupt(() => Promise.resolve());
    let shown = '';
    for await (const thread of backend.follow(id)) {
      const { status, open } = thread.state;
      if (hasEnded(thread.state)) return screen.print(`  ${id} is ${status}.`);
      if (shown === '') screen.print(`  ${id} is ${status}. Ctrl-C leaves.`);
      const isLate = isPast(open?.due, backend);
      const now = `${status} ${open?.call_id} ${isLate}`;
      if (now !== shown && isAsking(thread)) printRequest(terminal, thread);
      else if (now !== shown && isLate) printNextCommands(terminal, thread);
      shown = now;
      if (screen.isClosed()) return;
    }
  },
};
