import { isPast, type Agent } from '../parts.ts';
import type { Thread } from '../store/store.ts';
import { clock, moment, plain, wrap } from './format.ts';
import type { Screen } from './screen.ts';
import { callOf, stepLine } from './step.ts';

/** What the thread asks of a person: the step with its exact arguments, and why it needs one. */
export function request({ events, state }: Thread, screen: Pick<Screen, 'paint' | 'columns'>): string[] {
  const { open } = state;
  if (!open) return [];
  const call = callOf(events, open.call_id);
  const { objection, reason } = open;
  const why = reason ?? (objection && 'ask' in objection ? `needs your approval: ${objection.ask} (policy.ts)` : '');
  const text = reason === undefined ? why : `handed to you: ${reason}`;
  const line = wrap(`     ${screen.paint('policy', plain(text))}`, screen.columns(), '     ');
  return [...(call ? [stepLine(call, screen)] : []), ...(text ? [line] : [])];
}

/** How the thread stands, and what to type to move it on. */
function whatNow({ id, state }: Thread, agent: Pick<Agent, 'now'>): string[] {
  const { status, open } = state;
  const by = open?.due === undefined ? '' : ` by ${moment(open.due)}`;
  const [intent, until] = [plain(open?.step?.intent ?? ''), clock(open?.due ?? '')];
  const waiting = `Waiting. Nothing is running; it is saved. Answer${by || ' any time'}:`;
  switch (status) {
    case 'thinking':
    case 'ready':
      return ['It is not waiting for anybody. If no process is at it:', `  npm start resume ${id}`];
    case 'running':
      if (isPast(open.due, agent)) return ['The process that ran it is gone. To continue:', `  npm start resume ${id}`];
      return [
        `A process may be running ${intent}, until ${until}. Follow it, or go on then:`,
        `  npm start watch ${id}`,
        `  npm start resume ${id}`,
      ];
    case 'waiting_for_approval':
      return [waiting, `  npm start approve ${open.call_id}`, `  npm start deny ${open.call_id} "why"`];
    case 'waiting_for_human':
      return [waiting, `  npm start answer ${open.call_id} "text"`];
    case 'waiting_for_result':
      return [`The result comes from outside${by}. To follow it:`, `  npm start watch ${id}`];
    case 'done':
    case 'failed':
      return [`It is ${status}. To go on:`, `  npm start say ${id} "text"`];
    case 'cancelled':
      return ['It was cancelled, for good.'];
    default:
      return status satisfies never;
  }
}

/** Prints what a person can do now. */
export function printWhatNow(thread: Thread, agent: Pick<Agent, 'now'>, { print, columns }: Screen): void {
  for (const line of whatNow(thread, agent))
    print(line.startsWith(' ') ? `  ${line}` : wrap(`  ${line}`, columns(), '  '));
}

/** Prints how to go on after Ctrl-C. */
export function printStopped({ id, state }: Thread, { print, columns }: Screen): void {
  const { status, open } = state;
  const until = clock(open?.due ?? '');
  const running = `Stopped while ${open?.step?.intent} ran: nobody knows whether it took effect. After ${until}:`;
  print(
    wrap(`  ${status === 'running' ? plain(running) : 'Stopped. To go on:'}`, columns(), '  '),
    `    npm start resume ${id}`,
  );
}
