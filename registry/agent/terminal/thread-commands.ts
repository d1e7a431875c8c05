import { isPast } from '../core/agent.ts';
import { requireThread, threadIdOf } from '../core/people.ts';
import type { Thread } from '../core/store.ts';
import { duration, plain } from '../screen/text.ts';
import { findCall, stepArguments } from './event-view.ts';
import { printNextCommands } from './request.ts';
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

export const approveCommand: Command = {
  usage: 'approve <call> ["comment"]',
  about: 'let a step run that needs a person',
  json: true,
  run: (terminal, given) => decide(terminal, given, true),
};

export const denyCommand: Command = {
  usage: 'deny <call> "why"',
  about: 'the agent considers the reason',
  json: true,
  run: (terminal, given) => decide(terminal, given, false),
};

export const answerCommand: Command = {
  usage: 'answer <call> "text"',
  about: 'answer a question',
  json: true,
  async run(terminal, { id: call_id, text, json }) {
    const { id } = await loadForCall(terminal, call_id, 'waiting_for_human');
    await terminal.backend.answer(call_id, text);
    await runAndPrint(terminal, id, json);
  },
};

async function decide(
  terminal: Terminal,
  { id: call_id, text, json }: Arguments,
  approved: boolean,
): Promise<void> {
  const { id } = await loadForCall(terminal, call_id, 'waiting_for_approval');
  const decision = text ? { approved, comment: text } : { approved };
  await terminal.backend.approve(call_id, decision);
  await runAndPrint(terminal, id, json);
}

/** Prints the step that is decided on, or what to type if the call does not wait for that. */
async function loadForCall(
  terminal: Terminal,
  call_id: string,
  expected: 'waiting_for_approval' | 'waiting_for_human',
): Promise<Thread> {
  const { backend, screen } = terminal;
  const thread = await loadReady(terminal, threadIdOf(call_id));
  const { status, open } = thread.state;
  const call = findCall(thread.events, call_id)?.event;
  if (open?.call_id !== call_id) return thread;
  if (status !== expected || isPast(open.due, backend)) printNextCommands(terminal, thread);
  else if (call && status === 'waiting_for_approval') {
    const step = `${plain(call.step.intent)} ${stepArguments(call.step)}`;
    const ago = duration(backend.now() - Date.parse(call.at));
    screen.print(`  ${step}  asked by ${thread.id}, ${ago} ago`);
  }
  return thread;
}

/** Runs the thread. With `json`, only its final document is printed. */
async function runAndPrint(terminal: Terminal, id: string, json: boolean): Promise<void> {
  const { backend, screen } = terminal;
  if (!json) return void (await runThread(terminal, id));
  screen.write(`${threadJson(await backend.advance(id))}\n`);
}

/** Loads a thread that is to be moved on. @throws Refused */
async function loadReady({ backend }: Terminal, id: string): Promise<Thread> {
  backend.assertReady();
  return requireThread(await backend.load(id));
}
