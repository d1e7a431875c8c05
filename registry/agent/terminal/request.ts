import { isPast, type Agent } from '../core/agent.ts';
import type { Thread } from '../core/store.ts';
import type { Backend } from './backend.ts';
import { clock, moment, plain, remark, wrap, type Page } from '../screen/text.ts';
import type { Screen } from '../screen/screen.ts';
import { self } from './program.ts';
import { callOf, stepLine } from './format.ts';

/** What the thread asks of a person: the step with its exact arguments, and why it needs one. */
export function request({ events, state }: Thread, screen: Page): string[] {
  const { open } = state;
  if (!open) return [];
  const call = callOf(events, open.call_id);
  const { objection, reason } = open;
  const why =
    reason ??
    (objection && 'ask' in objection ? `needs your approval: ${objection.ask} (policy.ts)` : '');
  const text = reason === undefined ? why : `handed to you: ${reason}`;
  return [
    ...(call ? [stepLine(call, screen)] : []),
    ...(text ? [remark(screen, 'policy', text)] : []),
  ];
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
      return ['It is not waiting for anybody. If no process is at it:', `  ${self} resume ${id}`];
    case 'running':
      if (isPast(open.due, agent))
        return ['The process that ran it is gone. To continue:', `  ${self} resume ${id}`];
      return [
        `A process may be running ${intent}, until ${until}. Follow it, or go on then:`,
        `  ${self} watch ${id}`,
        `  ${self} resume ${id}`,
      ];
    case 'waiting_for_approval':
      return [waiting, `  ${self} approve ${open.call_id}`, `  ${self} deny ${open.call_id} "why"`];
    case 'waiting_for_human':
      return [waiting, `  ${self} answer ${open.call_id} "text"`];
    case 'waiting_for_result':
      return [`The result comes from outside${by}. To follow it:`, `  ${self} watch ${id}`];
    case 'done':
    case 'failed':
      return [`It is ${status}. To go on:`, `  ${self} say ${id} "text"`];
    case 'cancelled':
      return ['It was cancelled, for good.'];
    default:
      return status satisfies never;
  }
}

/** Prints what the thread asks, and what a person can do now. */
export function printRequest(thread: Thread, agent: Pick<Agent, 'now'>, screen: Screen): void {
  screen.print(...request(thread, screen));
  printWhatNow(thread, agent, screen);
}

/** Prints what a person can do now. */
export function printWhatNow(
  thread: Thread,
  agent: Pick<Agent, 'now'>,
  { print, columns }: Screen,
): void {
  for (const line of whatNow(thread, agent).map(plain))
    print(line.startsWith(' ') ? `  ${line}` : wrap(`  ${line}`, columns(), '  '));
}

/** Prints how to go on after Ctrl-C. */
export function printStopped(
  { id, state }: Thread,
  { goesOn }: Pick<Backend, 'goesOn'>,
  { print, columns }: Screen,
): void {
  const { status, open } = state;
  const until = clock(open?.due ?? '');
  const running = `Stopped while ${open?.step?.intent} ran: nobody knows whether it took effect. After ${until}:`;
  const here = status === 'running' ? plain(running) : 'Stopped. To go on:';
  print(
    wrap(`  ${goesOn ? 'It goes on at the server. To follow it:' : here}`, columns(), '  '),
    `    ${self} resume ${id}`,
  );
}
