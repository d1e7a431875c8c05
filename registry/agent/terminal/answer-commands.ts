import { isPast } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import { threadIdOf } from '../core/people.ts';
import { isThreadId, type Thread } from '../core/store.ts';
import { duration, plain } from '../screen/text.ts';
import type { Terminal } from './backend.ts';
import type { Arguments, Command } from './command.ts';
import { stepArguments } from './format.ts';
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

async function decide(terminal: Terminal, given: Arguments, approved: boolean): Promise<void> {
  const { id: call_id, text, json } = given;
  const thread = await loadForCall(terminal, call_id, 'waiting_for_approval');
  printStep(terminal, thread, call_id);
  const decision = text ? { approved, comment: text } : { approved };
  await terminal.backend.approve(call_id, decision);
  await runAndPrint(terminal, thread.id, json);
}

/** Loads the thread of a call. @throws Refused if the call waits for something else */
async function loadForCall(
  terminal: Terminal,
  call_id: string,
  expected: 'waiting_for_approval' | 'waiting_for_human',
): Promise<Thread> {
  await refuseThreadId(terminal, call_id);
  const thread = await loadReady(terminal, threadIdOf(call_id));
  const { status, open: call } = thread.state;
  if (!status.startsWith('waiting') || call?.call_id !== call_id) return thread;
  if (isPast(call.due, terminal.backend))
    throw new Refused(`It has expired. To go on: ${program.name} resume ${thread.id}`);
  if (status === expected || status === 'waiting_for_result') return thread;
  const { name } = program;
  throw new Refused(
    status === 'waiting_for_human'
      ? `${call_id} waits for an answer: ${name} answer ${call_id} "text"`
      : `${call_id} waits for an approval: ${name} approve ${call_id}, or ${name} deny ${call_id} "why"`,
  );
}

/** @throws Refused if a thread with an open call was named instead of the call */
async function refuseThreadId({ backend }: Terminal, id: string): Promise<void> {
  if (!isThreadId(id)) return;
  const { state } = await backend.load(id);
  if (!state.open) return;
  throw new Refused(`${id} is a thread, not a call. Its open call is ${state.open.call_id}.`);
}

/** Prints the step that is decided on. */
function printStep({ backend, screen }: Terminal, thread: Thread, call_id: string): void {
  const { id, events, state } = thread;
  const isCall = (event: (typeof events)[number]) =>
    event.type === 'tool_call' && event.call_id === call_id;
  const call = events.find(isCall);
  if (state.open?.call_id !== call_id || !state.open.step || !call) return;
  const { step } = state.open;
  const ago = duration(backend.now() - Date.parse(call.at));
  const text = `${plain(step.intent)} ${stepArguments(step)}`;
  screen.print(`  ${text}  asked by ${id}, ${ago} ago`);
}
