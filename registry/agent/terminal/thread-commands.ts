import { requireThread } from '../core/people.ts';
import type { Thread } from '../core/store.ts';
import type { Terminal } from './backend.ts';
import type { Command } from './command-types.ts';
import { printNextCommands } from './request.ts';
import { runThread } from './run-thread.ts';
import { threadJson } from './show.ts';
import { introduce } from './talk.ts';

export const startCommand: Command = {
  usage: '"what you want"',
  about: 'start a thread',
  json: true,
  async run(terminal, { text, json }) {
    terminal.backend.assertReady();
    introduce(terminal);
    const { id } = await terminal.backend.start(text);
    await runAndPrint(terminal, id, json);
  },
};

export const sayCommand: Command = {
  usage: 'say <thread> "text"',
  about: 'say more; takes a request back',
  json: true,
  async run(terminal, { id, text, json }) {
    await loadReady(terminal, id);
    await terminal.backend.say(id, text);
    await runAndPrint(terminal, id, json);
  },
};

export const resumeCommand: Command = {
  usage: 'resume <thread>',
  about: 'go on after a crash',
  json: true,
  async run(terminal, { id, json }) {
    const thread = await loadReady(terminal, id);
    const { status, open } = thread.state;
    if (status !== 'thinking' && !open) printNextCommands(terminal, thread);
    await runAndPrint(terminal, id, json);
  },
};

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

/** Runs the thread. With `json`, only its final document is printed. */
export async function runAndPrint(terminal: Terminal, id: string, json: boolean): Promise<void> {
  const { backend, screen } = terminal;
  if (!json) return void (await runThread(terminal, id));
  screen.write(`${threadJson(await backend.advance(id))}\n`);
}

/** Loads a thread that is to be moved on. @throws Refused */
export async function loadReady({ backend }: Terminal, id: string): Promise<Thread> {
  backend.assertReady();
  return requireThread(await backend.load(id));
}
