import { readArguments } from '../core/edit.ts';
import { callsIn } from '../core/event.ts';
import type { Thread } from '../core/store.ts';
import { duration, plain } from '../screen/text.ts';
import { argumentLines } from './arguments.ts';
import { findCall } from './event-view.ts';
import { program } from './program.ts';
import { threadCommand } from './thread-commands.ts';
import type { Terminal } from './types.ts';

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

export const editCommand = threadCommand({
  usage: 'edit <call> "JSON"',
  about: 'approve with these arguments',
  act(terminal, { id, text }, thread) {
    const changes = readArguments(text);
    printCall(terminal, thread, id);
    const step = findCall(thread.events, id)?.step ?? { intent: '' };
    return terminal.backend.edit(id, { ...step, ...changes });
  },
});

export const answerCommand = threadCommand({
  usage: 'answer <call> "text"',
  about: 'answer a question',
  act: ({ backend }, { id, text }) => backend.answer(id, text),
});

/** Prints a step to decide on, if it is still open. */
function printCall({ backend, screen }: Terminal, thread: Thread, call_id: string): void {
  const { events, state } = thread;
  const call = findCall(events, call_id);
  if (!call || state.open?.call_id !== call_id) return;
  const shownBy = `${program.name} show ${thread.id}`;
  const [line, ...texts] = argumentLines(call.step, screen, { shownBy });
  const asked = events.find((event) => callsIn([event]).includes(call));
  const ago = duration(backend.now() - Date.parse(asked?.at ?? ''));
  screen.print(`  ${plain(call.step.intent)} ${line}  asked by ${thread.id}, ${ago} ago`, ...texts);
}
