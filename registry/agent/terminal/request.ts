import { isPast } from '../core/agent.ts';
import type { Thread } from '../core/store.ts';
import type { OpenCall } from '../core/thread.ts';
import { clock, moment, plain, remark, wrap, type Page } from '../screen/text.ts';
import type { Backend, Terminal } from './backend.ts';
import { findCall, stepLine } from './step-text.ts';
import { program } from './program.ts';

/** The step that waits for a person, and why. */
export function requestLines({ events, state }: Thread, screen: Page): string[] {
  const { open } = state;
  if (!open) return [];
  const call = findCall(events, open.call_id);
  const lines = call ? [stepLine(call, screen)] : [];
  const reason = reasonOf(open);
  if (reason !== undefined) lines.push(remark(screen, 'policy', reason));
  return lines;
}

function reasonOf({ reason, objection }: OpenCall): string | undefined {
  if (reason !== undefined) return `handed to you: ${reason}`;
  if (!objection || !('ask' in objection)) return undefined;
  return `needs your approval: ${objection.ask} (policy.ts)`;
}

/** Prints the step that waits for a person, and what to type. */
export function printRequest(terminal: Terminal, thread: Thread): void {
  terminal.screen.print(...requestLines(thread, terminal.screen));
  printNextCommands(terminal, thread);
}

/** Prints how a thread stands, and what to type to move it on. */
export function printNextCommands(terminal: Terminal, thread: Thread): void {
  const { backend, screen } = terminal;
  const [status, ...commands] = nextCommands(thread, backend);
  screen.print(wrap(`  ${plain(status)}`, screen.columns(), '  '));
  for (const command of commands) screen.print(plain(`    ${program.name} ${command}`));
}

type Next = readonly [status: string, ...commands: string[]];

function nextCommands({ id, state }: Thread, backend: Backend): Next {
  const { status, open } = state;
  switch (status) {
    case 'thinking':
    case 'ready':
      return ['It waits for no person. If no process runs it:', `resume ${id}`];
    case 'running':
      return whileRunning(id, open, backend);
    case 'waiting_for_approval': {
      const { call_id, due } = open;
      return [waiting(due), `approve ${call_id}`, `deny ${call_id} "why"`];
    }
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
      return ['It was cancelled permanently.'];
    default:
      return status satisfies never;
  }
}

function waiting(due: string | undefined): string {
  const by = due === undefined ? 'any time' : `by ${moment(due)}`;
  return `Waiting. Nothing is running; it is saved. Answer ${by}:`;
}

function whileRunning(id: string, open: OpenCall, backend: Backend): Next {
  const { due = '', step } = open;
  if (isPast(due, backend))
    return ['The process that ran it is gone. To continue:', `resume ${id}`];
  const until = `${step?.intent}, until ${clock(due)}`;
  const status = `A process may be running ${until}. Follow it, or go on then:`;
  return [status, `watch ${id}`, `resume ${id}`];
}

/** Prints how to go on after Ctrl-C. */
export function printStopped({ backend, screen }: Terminal, { id, state }: Thread): void {
  const { status, open } = state;
  const intent = plain(open?.step?.intent ?? '');
  const after = clock(open?.due ?? '');
  let text = 'Stopped. To go on:';
  if (status === 'running')
    text = `Stopped while ${intent} ran: its outcome is unknown. After ${after}:`;
  if (backend.goesOn) text = 'It goes on at the server. To follow it:';
  screen.print(wrap(`  ${text}`, screen.columns(), '  '));
  screen.print(`    ${program.name} resume ${id}`);
}
