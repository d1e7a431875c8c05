import { isPast } from '../core/agent.ts';
import type { Thread } from '../core/store.ts';
import { clock, moment, plain, remark, wrap, type Page } from '../screen/text.ts';
import type { Terminal } from './backend.ts';
import { findCall, stepLine } from './format.ts';
import { program } from './program.ts';

/** The step that waits for a person, with its exact arguments, and why it waits. */
export function requestLines({ events, state }: Thread, screen: Page): string[] {
  const { open } = state;
  if (!open) return [];
  const { call_id, objection, reason } = open;
  const call = findCall(events, call_id);
  const lines = call ? [stepLine(call, screen)] : [];
  if (reason !== undefined) lines.push(remark(screen, 'policy', `handed to you: ${reason}`));
  else if (objection && 'ask' in objection)
    lines.push(remark(screen, 'policy', `needs your approval: ${objection.ask} (policy.ts)`));
  return lines;
}

/** Prints the step that waits for a person, and what to type. */
export function printRequest(terminal: Terminal, thread: Thread): void {
  terminal.screen.print(...requestLines(thread, terminal.screen));
  printNextCommands(terminal, thread);
}

/** Prints the status of a thread, and what to type to move it on. */
export function printNextCommands({ backend, screen }: Terminal, thread: Thread): void {
  const [status, ...commands] = nextCommands(thread, backend);
  screen.print(wrap(`  ${plain(status)}`, screen.columns(), '  '));
  screen.print(...commands.map((command) => plain(`    ${program.name} ${command}`)));
}

type Clock = { now(): number };

function nextCommands({ id, state }: Thread, clock: Clock): [status: string, ...string[]] {
  const { status, open } = state;
  switch (status) {
    case 'thinking':
    case 'ready':
      return ['It waits for no person. If no process runs it:', `resume ${id}`];
    case 'running':
      return whileRunning(id, open, clock);
    case 'waiting_for_approval':
      return [waiting(open.due), `approve ${open.call_id}`, `deny ${open.call_id} "why"`];
    case 'waiting_for_human':
      return [waiting(open.due), `answer ${open.call_id} "text"`];
    case 'waiting_for_result': {
      const by = open.due === undefined ? '' : ` by ${moment(open.due)}`;
      return [`The result comes from outside${by}. To follow it:`, `watch ${id}`];
    }
    case 'done':
    case 'failed':
      return [`It is ${status}. To go on:`, `say ${id} "text"`];
    case 'cancelled':
      return ['It was cancelled, for good.'];
    default:
      return status satisfies never;
  }
}

function waiting(due: string | undefined): string {
  const by = due === undefined ? 'any time' : `by ${moment(due)}`;
  return `Waiting. Nothing is running; it is saved. Answer ${by}:`;
}

type Open = NonNullable<Thread['state']['open']>;

function whileRunning(id: string, open: Open, now: Clock): [status: string, ...string[]] {
  if (isPast(open.due, now))
    return ['The process that ran it is gone. To continue:', `resume ${id}`];
  const step = `${open.step?.intent}, until ${clock(open.due ?? '')}`;
  const status = `A process may be running ${step}. Follow it, or go on then:`;
  return [status, `watch ${id}`, `resume ${id}`];
}

/** Prints how to go on after Ctrl-C. */
export function printStopped({ backend, screen }: Terminal, { id, state }: Thread): void {
  const { status, open } = state;
  const intent = plain(open?.step?.intent ?? '');
  let text = 'Stopped. To go on:';
  if (status === 'running')
    text = `Stopped while ${intent} ran: its outcome is unknown. After ${clock(open.due ?? '')}:`;
  if (backend.goesOn) text = 'It goes on at the server. To follow it:';
  screen.print(wrap(`  ${text}`, screen.columns(), '  '), `    ${program.name} resume ${id}`);
}
