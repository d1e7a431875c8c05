import { isPast } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import { threadIdOf } from '../core/people.ts';
import { isThreadId, type Thread } from '../core/store.ts';
import { duration, plain } from '../screen/text.ts';
import type { Terminal } from './backend.ts';
import type { Arguments, Command } from './command-types.ts';
import { findCall, stepArguments } from './step-text.ts';
import { program } from './program.ts';
import { loadReady, runAndPrint } from './thread-commands.ts';

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
  const thread = await loadForCall(terminal, call_id, 'waiting_for_approval');
  printStep(terminal, thread, call_id);
  const decision = text ? { approved, comment: text } : { approved };
  await terminal.backend.approve(call_id, decision);
  await runAndPrint(terminal, thread.id, json);
}

type Waiting = 'waiting_for_approval' | 'waiting_for_human';

/** Loads the thread of a call. @throws Refused for the wrong kind of answer */
async function loadForCall(
  terminal: Terminal,
  call_id: string,
  expected: Waiting,
): Promise<Thread> {
  if (isThreadId(call_id)) await refuseThread(terminal, call_id);
  const thread = await loadReady(terminal, threadIdOf(call_id));
  const { status, open } = thread.state;
  if (open?.call_id !== call_id || !status.startsWith('waiting')) return thread;
  if (isPast(open.due, terminal.backend))
    throw new Refused(`It has expired. To go on: ${program.name} resume ${thread.id}`);
  const isOther = status === 'waiting_for_approval' || status === 'waiting_for_human';
  if (isOther && status !== expected) throw new Refused(waitsFor(status, call_id));
  return thread;
}

function waitsFor(status: Waiting, call: string): string {
  const { name } = program;
  if (status === 'waiting_for_human')
    return `${call} waits for an answer: ${name} answer ${call} "text"`;
  const deny = `${name} deny ${call} "why"`;
  return `${call} waits for an approval: ${name} approve ${call}, or ${deny}`;
}

/** @throws Refused if the thread of an open call is named */
async function refuseThread({ backend }: Terminal, id: string): Promise<void> {
  const { open } = (await backend.load(id)).state;
  if (!open) return;
  throw new Refused(`${id} is a thread, not a call. Its open call is ${open.call_id}.`);
}

/** Prints the step that is decided on, if it is still open. */
function printStep({ backend, screen }: Terminal, thread: Thread, call_id: string): void {
  const call = findCall(thread.events, call_id)?.event;
  if (!call || thread.state.open?.call_id !== call_id) return;
  const step = `${plain(call.step.intent)} ${stepArguments(call.step)}`;
  const ago = duration(backend.now() - Date.parse(call.at));
  screen.print(`  ${step}  asked by ${thread.id}, ${ago} ago`);
}
