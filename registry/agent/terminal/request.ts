import { isPast } from '../core/agent.ts';
import type { Thread } from '../core/store.ts';
import type { OpenCall } from '../core/thread.ts';
import { clock, moment, plain, remark, wrap, type Page } from '../screen/text.ts';
import { findCall, stepLine } from './event-view.ts';
import { program } from './program.ts';
import type { Backend, Terminal } from './types.ts';

/** Whether it waits for a person. A step that the policy denies does not. */
export function isAsking({ state: { status, open } }: Thread): boolean {
  if (status === 'waiting_for_human') return true;
  const isDenied = open?.objection && 'deny' in open.objection;
  return status === 'waiting_for_approval' && !isDenied;
}

/** The step that waits for a person, and why. */
export function requestLines({ events, state }: Thread, screen: Page): string[] {
  const { open } = state;
  const call = open && findCall(events, open.call_id);
  const lines = call ? [stepLine(call, screen)] : [];
  const reason = open && reasonOf(open);
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
export function printNextCommands({ backend, screen }: Terminal, thread: Thread): void {
  printCommands(screen, nextCommands(thread, backend));
}

type Next = readonly [status: string, ...commands: string[]];

function printCommands(screen: Terminal['screen'], [status, ...commands]: Next): void {
  screen.print(wrap(`  ${plain(status)}`, screen.columns(), '  '));
  for (const command of commands) screen.print(plain(`    ${program.name} ${command}`));
}

function nextCommands({ id, state }: Thread, backend: Backend): Next {
  const { status, open } = state;
  const resume = `resume ${id}`;
  const isLate = isPast(open?.due, backend);
  switch (status) {
    case 'thinking':
    case 'ready':
      return ['It waits for no person. If no process runs it:', resume];
    case 'running': {
      if (isLate) return ['The process that ran it is gone. To continue:', resume];
      const until = `${open.step?.intent}, until ${clock(open.due ?? '')}`;
      const text = `A process may be running ${until}. Follow it, or go on then:`;
      return [text, `watch ${id}`, resume];
    }
    case 'waiting_for_approval':
    case 'waiting_for_human': {
      const { call_id, due } = open;
      if (isLate) return ['It has expired. To go on:', resume];
      const by = due === undefined ? 'any time' : `by ${moment(due)}`;
      const text = `Waiting. Nothing is running; it is saved. Answer ${by}:`;
      if (status === 'waiting_for_human') return [text, `answer ${call_id} "text"`];
      return [text, `approve ${call_id}`, `deny ${call_id} "why"`];
    }
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

/** Prints how to go on after Ctrl-C. */
export function printStopped({ backend, screen }: Terminal, { id, state }: Thread): void {
  const { status, open } = state;
  const ran = `${open?.step?.intent} ran: its outcome is unknown`;
  let text = 'Stopped. To go on:';
  if (status === 'running') text = `Stopped while ${ran}. After ${clock(open.due ?? '')}:`;
  if (backend.goesOn) text = 'It goes on at the server. To follow it:';
  printCommands(screen, [text, `resume ${id}`]);
}
