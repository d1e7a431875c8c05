import { Refused } from '../core/errors.ts';
import { isPast } from '../core/agent.ts';
import { isThreadId, type Thread } from '../core/store.ts';
import { threadIdOf } from '../core/people.ts';
import type { Act } from './parse.ts';
import { duration, plain } from '../screen/text.ts';
import { printWhatNow } from './request.ts';
import { self } from './program.ts';
import { argumentsOf } from './format.ts';
import type { Terminal } from './backend.ts';

/** Appends what a person says, decides or answers. @returns the thread to move on @throws Refused */
export async function act(terminal: Terminal, command: Act): Promise<string> {
  const { backend, screen } = terminal;
  if (command.kind === 'start') return (await backend.start(command.text)).id;
  const thread =
    'call' in command ? await asked(terminal, command) : await existing(terminal, command.id);
  switch (command.kind) {
    case 'say':
      await backend.say(thread.id, command.text);
      return thread.id;
    case 'approve':
    case 'deny':
      recall(terminal, thread, command.call);
      await backend.approve(command.call, decision(command));
      return thread.id;
    case 'answer':
      await backend.answer(command.call, command.text);
      return thread.id;
    case 'cancel':
      if (thread.state.status === 'cancelled') printWhatNow(thread, backend, screen);
      await backend.cancel(thread.id, command.text);
      return thread.id;
    case 'resume':
      if (thread.state.open === undefined && thread.state.status !== 'thinking')
        printWhatNow(thread, backend, screen);
      return thread.id;
    default:
      return command satisfies never;
  }
}

/** @throws Refused if there is no such thread */
export async function existing({ backend }: Terminal, id: string): Promise<Thread> {
  const thread = await backend.load(id);
  if (thread.events.length === 0)
    throw new Refused(`There is no thread ${id}. See all of them: ${self} list`);
  return thread;
}

/** The thread of a call, if it is such an answer that the call waits for. @throws Refused, with what to type */
async function asked(
  terminal: Terminal,
  { kind, call }: Extract<Act, { call: string }>,
): Promise<Thread> {
  const { state: named } = isThreadId(call) ? await terminal.backend.load(call) : {};
  if (named?.open)
    throw new Refused(`${call} is a thread, not a call. Its open call is ${named.open.call_id}.`);
  const thread = await existing(terminal, threadIdOf(call));
  const { id, state } = thread;
  if (!state.status.startsWith('waiting') || state.open?.call_id !== call) return thread;
  if (isPast(state.open.due, terminal.backend))
    throw new Refused(`It has expired. To go on: ${self} resume ${id}`);
  if (kind === 'answer' && state.status === 'waiting_for_approval')
    throw new Refused(
      `${call} waits for an approval: ${self} approve ${call}, or ${self} deny ${call} "why"`,
    );
  if (kind !== 'answer' && state.status === 'waiting_for_human')
    throw new Refused(`${call} waits for an answer: ${self} answer ${call} "text"`);
  return thread;
}

const decision = ({ kind, text }: { kind: 'approve' | 'deny'; text?: string }) => ({
  approved: kind === 'approve',
  ...(text && { comment: text }),
});

/** Shows once more what is being decided on. */
function recall(
  { backend, screen }: Terminal,
  { id, events, state }: Thread,
  call_id: string,
): void {
  const { open } = state;
  const asked = events.find((event) => event.type === 'tool_call' && event.call_id === call_id);
  if (open?.call_id !== call_id || !open.step || !asked) return;
  const ago = duration(backend.now() - Date.parse(asked.at));
  screen.print(
    `  ${plain(open.step.intent)} ${argumentsOf(open.step)}  asked by ${id}, ${ago} ago`,
  );
}
