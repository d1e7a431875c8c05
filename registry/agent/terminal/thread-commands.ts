import { Refused } from '../core/errors.ts';
import { requireThread, threadIdOf } from '../core/people.ts';
import type { Thread } from '../core/store.ts';
import { duration, plain } from '../screen/text.ts';
import { findCall, stepArguments } from './event-view.ts';
import { printNextCommands } from './print-thread.ts';
import { introduce, runThread } from './run-thread.ts';
import { threadJson } from './show.ts';
import type { Arguments, Command, Terminal } from './types.ts';

export const startCommand: Command = {
  usage: '"what you want"',
  about: 'start a thread',
  json: true,
  async run(terminal, { text, json }) {
    introduce(terminal);
    const { id } = await terminal.backend.start(text);
    await runAndPrint(terminal, id, json);
  },
};

export const sayCommand = threadCommand({
  usage: 'say <thread> "text"',
  about: 'say more; takes a request back',
  act: ({ backend }, { id, text }) => backend.say(id, text),
});

export const resumeCommand = threadCommand({
  usage: 'resume <thread>',
  about: 'go on after a crash',
  act(terminal, _, thread) {
    const { status, open } = thread.state;
    if (status !== 'thinking' && !open) printNextCommands(terminal, thread);
  },
});

export const cancelCommand: Command = {
  usage: 'cancel <thread> ["why"]',
  about: 'end it permanently',
  json: true,
  async run(terminal, { id, text, json }) {
    const thread = requireThread(await terminal.backend.load(id));
    if (thread.state.status === 'cancelled') printNextCommands(terminal, thread);
    await terminal.backend.cancel(id, text);
    await runAndPrint(terminal, id, json);
  },
};

export const approveCommand = threadCommand({
  usage: 'approve <call> ["comment"]',
  about: 'let a step run that needs a person',
  act(terminal, { id, text }, thread) {
    printCall(terminal, thread, id);
    const comment = text && { comment: text };
    return terminal.backend.approve(id, { approved: true, ...comment });
  },
});

export const denyCommand = threadCommand({
  usage: 'deny <call> "why"',
  about: 'the agent considers the reason',
  act(terminal, { id, text }, thread) {
    printCall(terminal, thread, id);
    return terminal.backend.approve(id, { approved: false, comment: text });
  },
});

export const answerCommand = threadCommand({
  usage: 'answer <call> "text"',
  about: 'answer a question',
  act: ({ backend }, { id, text }) => backend.answer(id, text),
});

type ThreadCommand = Pick<Command, 'usage' | 'about'> & {
  act(terminal: Terminal, given: Arguments, thread: Thread): unknown;
};

/** A command that acts on a thread, or on a call of it, and runs the thread. */
function threadCommand({ usage, about, act }: ThreadCommand): Command {
  return {
    usage,
    about,
    json: true,
    async run(terminal, given) {
      const { backend } = terminal;
      const id = usage.includes('<call>') ? threadIdOf(given.id) : given.id;
      backend.assertReady();
      const thread = requireThread(await backend.load(id));
      try {
        await act(terminal, given, thread);
      } catch (error) {
        const isLate = error instanceof Refused && error.fault === 'late';
        if (isLate && thread.state.open) printNextCommands(terminal, thread);
        throw error;
      }
      await runAndPrint(terminal, id, given.json);
    },
  };
}

/** With `json`, only the final document of the thread is printed. */
async function runAndPrint(terminal: Terminal, id: string, json: boolean): Promise<void> {
  const { backend, screen } = terminal;
  if (json) screen.write(`${threadJson(await backend.advance(id))}\n`);
  else await runThread(terminal, id);
}

/** Prints a step to decide on, if it is still open. */
function printCall({ backend, screen }: Terminal, thread: Thread, call_id: string): void {
  const call = findCall(thread.events, call_id);
  if (!call || thread.state.open?.call_id !== call_id) return;
  const step = `${plain(call.step.intent)} ${stepArguments(call.step)}`;
  const ago = duration(backend.now() - Date.parse(call.at));
  screen.print(`  ${step}  asked by ${thread.id}, ${ago} ago`);
}
