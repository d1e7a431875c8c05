import { Refused } from '../core/errors.ts';
import { FIX } from '../core/model-turn.ts';
import { requireThread, threadIdOf, threadThatAsks } from '../core/people.ts';
import { toThreadDocument, type Thread } from '../core/store.ts';
import { plainJson, remark } from '../screen/text.ts';
import { printNextCommands } from './print-thread.ts';
import { program } from './program.ts';
import { introduce, runThread, talk } from './run-thread.ts';
import type { Arguments, Command, Terminal } from './types.ts';

export const startCommand: Command = {
  usage: '"what you want"',
  about: 'start a thread',
  json: true,
  async run(terminal, { text, json }) {
    introduce(terminal, text);
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
  about: 'go on after a crash or a new .env',
  async act(terminal, _, thread) {
    const { status, open } = thread.state;
    if (status !== 'thinking' && !open) printNextCommands(terminal, thread);
    // A model that lacked a key or the like gets another try.
    if (open?.reason?.endsWith(FIX)) await terminal.backend.answer(open.call_id, 'Go on.');
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

type ThreadCommand = Pick<Command, 'usage' | 'about'> & {
  act: (terminal: Terminal, given: Arguments, thread: Thread) => unknown;
};

/** A command that acts on a thread or a call, and runs the thread. */
export function threadCommand({ usage, about, act }: ThreadCommand): Command {
  return {
    usage,
    about,
    json: true,
    async run(terminal, given) {
      const { backend } = terminal;
      const takesCall = usage.includes('<call>');
      const isThread = /^t_[\w-]+$/.test(given.id);
      const id = takesCall && !isThread ? threadIdOf(given.id) : given.id;
      backend.assertReady();
      const thread = requireThread(await backend.load(id));
      try {
        await act(terminal, given, thread);
      } catch (error) {
        const isLate = error instanceof Refused && error.fault === 'late';
        if (isLate && thread.state.open) printNextCommands(terminal, thread);
        if (takesCall && isThread)
          printNextCommands(terminal, await threadThatAsks(backend.load, thread));
        throw error;
      }
      await runAndPrint(terminal, id, given.json);
    },
  };
}

/** With `json`, only the final document of the thread is printed. */
export async function runAndPrint(terminal: Terminal, id: string, json: boolean): Promise<void> {
  const { backend, screen } = terminal;
  if (json) return screen.write(`${plainJson(toThreadDocument(await backend.advance(id)))}\n`);
  if ((await runThread(terminal, id)) === 'new') return talk(terminal);
  const unsent = screen.takeTyped().trim();
  if (unsent === '') return;
  const say = `${program.name} say ${id} "..."`;
  screen.print(remark(screen, 'dim', `Not sent: ${unsent}\nTo send it: ${say}`, '  '));
}
