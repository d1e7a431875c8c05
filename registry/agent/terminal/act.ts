import { Refused } from '../errors.ts';
import { answer, approve, cancel, say, start } from '../human.ts';
import { isPast } from '../parts.ts';
import { isThreadId, load, type Thread } from '../store/store.ts';
import { threadOf } from '../amend.ts';
import type { Act } from './command.ts';
import { duration, plain } from './format.ts';
import { printWhatNow } from './request.ts';
import { self } from './self.ts';
import { argumentsOf } from './step.ts';
import { channel, type Terminal } from './terminal.ts';

/** Appends what a person says, decides or answers. @returns the thread to move on @throws Refused */
export async function act(terminal: Terminal, command: Act): Promise<string> {
  const { agent, me } = terminal;
  if (command.kind === 'start') return (await start(agent, { channel, from: me, text: command.text })).id;
  const thread = 'call' in command ? await asked(terminal, command) : await existing(terminal, command.id);
  switch (command.kind) {
    case 'say':
      return (await say(agent, thread.id, { channel, from: me, text: command.text })).id;
    case 'approve':
    case 'deny':
      recall(terminal, thread, command.call);
      return (await approve(agent, command.call, decision(command, me))).id;
    case 'answer':
      return (await answer(agent, command.call, { by: me, text: command.text })).id;
    case 'cancel':
      if (thread.state.status === 'cancelled') printWhatNow(thread, agent, terminal.screen);
      return (await cancel(agent, thread.id, { by: me, ...(command.text && { reason: command.text }) })).id;
    case 'resume':
      if (thread.state.open === undefined && thread.state.status !== 'thinking')
        printWhatNow(thread, agent, terminal.screen);
      return thread.id;
    default:
      return command satisfies never;
  }
}

/** @throws Refused if there is no such thread */
export async function existing({ store }: Terminal, id: string): Promise<Thread> {
  const thread = await load(store, id);
  if (thread.events.length === 0) throw new Refused(`There is no thread ${id}. See all of them: ${self} list`);
  return thread;
}

/** The thread of a call, if it is such an answer that the call waits for. @throws Refused, with what to type */
async function asked(terminal: Terminal, { kind, call }: Extract<Act, { call: string }>): Promise<Thread> {
  const { state: named } = isThreadId(call) ? await load(terminal.store, call) : {};
  if (named?.open) throw new Refused(`${call} is a thread, not a call. Its open call is ${named.open.call_id}.`);
  const thread = await existing(terminal, threadOf(call));
  const { id, state } = thread;
  if (!state.status.startsWith('waiting') || state.open?.call_id !== call) return thread;
  if (isPast(state.open.due, terminal.agent)) throw new Refused(`It has expired. To go on: ${self} resume ${id}`);
  if (kind === 'answer' && state.status === 'waiting_for_approval')
    throw new Refused(`${call} waits for an approval: ${self} approve ${call}, or ${self} deny ${call} "why"`);
  if (kind !== 'answer' && state.status === 'waiting_for_human')
    throw new Refused(`${call} waits for an answer: ${self} answer ${call} "text"`);
  return thread;
}

const decision = ({ kind, text }: { kind: 'approve' | 'deny'; text?: string }, by: string) => ({
  approved: kind === 'approve',
  by,
  ...(text && { comment: text }),
});

/** Shows once more what is being decided on. */
function recall({ agent, screen }: Terminal, { id, events, state }: Thread, call_id: string): void {
  const { open } = state;
  const asked = events.find((event) => event.type === 'tool_call' && event.call_id === call_id);
  if (open?.call_id !== call_id || !open.step || !asked) return;
  const ago = duration(agent.now() - Date.parse(asked.at));
  screen.print(`  ${plain(open.step.intent)} ${argumentsOf(open.step)}  asked by ${id}, ${ago} ago`);
}
