import { Refused } from '../errors.ts';
import { answer, approve, cancel, say, start } from '../human.ts';
import { isPast } from '../parts.ts';
import { load, type Thread } from '../store/store.ts';
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
  const thread = await existing(terminal, 'call' in command ? threadOf(command.call) : command.id);
  if ('call' in command) assertInTime(terminal, thread, command.call);
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

/** @throws Refused, with what to type */
function assertInTime({ agent }: Terminal, { id, state: { status, open } }: Thread, call: string): void {
  const isAsked = status.startsWith('waiting') && open?.call_id === call;
  if (isAsked && isPast(open.due, agent)) throw new Refused(`It has expired. To go on: ${self} resume ${id}`);
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
