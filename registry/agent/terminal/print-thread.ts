import { agentFor, isPast, type Agent } from '../core/agent.ts';
import { endorsersOf, TOO_FEW, withLack } from '../core/policy.ts';
import type { Event } from '../core/event.ts';
import type { Thread } from '../core/store.ts';
import { firstMessage, hasEnded, ownerOf, type OpenCall } from '../core/thread.ts';
import type { Screen } from '../screen/screen.ts';
import { clock, moment, plain, remark, wrap } from '../screen/text.ts';
import { argumentLines, type Rest } from './arguments.ts';
import { findCall, isForPerson, stepArguments, stepLine, stepText } from './event-view.ts';
import { viewOf, withReason, withSource, type EventView } from './event-view.ts';
import { program } from './program.ts';
import type { Backend, Terminal } from './types.ts';

/** Prints the last of `events` as it happens. `isOwn`: it was caused here. */
export function printEvent(
  screen: Screen,
  id: string,
  events: readonly Event[],
  isOwn: boolean,
): void {
  const event = events.slice(-1)[0];
  const view = viewOf(events);
  if (!event || printStep(screen, events, view)) return;
  // The code that waits for the answer prints the request.
  if (!view || event.type === 'handed_over') return;
  const isTyped = isOwn && (event.type === 'message' || event.type === 'human_response');
  if (isTyped && events.length === 1) screen.print(remark(screen, 'dim', `${id} started`, '  '));
  if (!isTyped) screen.print(remark(screen, view.role, sentenceOf(event, view, isOwn)));
  if (view.note) screen.print(remark(screen, 'dim', view.note));
}

/** Prints a step and its outcome on one line. @returns whether it did */
function printStep(screen: Screen, events: readonly Event[], view?: EventView): boolean {
  const event = events.slice(-1)[0];
  if (!event || !('call_id' in event)) return false;
  const line = stepLine(events, event.call_id, screen);
  switch (event.type) {
    case 'tool_call':
      if (event.awaits === 'message') screen.print(line);
      return true;
    case 'tool_started':
      screen.begin(event.attempt > 1 ? `${line}  attempt ${event.attempt}` : line);
      return true;
    case 'tool_pending':
    case 'tool_result':
    case 'tool_error':
      screen.finish(view ? outcomeOf(screen, view) : '', line);
      if (view?.preview) screen.print(remark(screen, 'dim', view.preview));
      return true;
    case 'approval':
      if (event.by !== 'policy') return false;
      screen.finish(screen.paint('policy', withReason('denied by policy.ts', view?.reason)), line);
      return true;
    default:
      return false;
  }
}

function outcomeOf({ paint }: Screen, view: EventView): string {
  const { text, summary = text, reason, role, duration } = view;
  const outcome = paint(role, withReason(summary, reason));
  return duration ? `${outcome}, ${duration}` : outcome;
}

function sentenceOf(event: Event, view: EventView, isOwn: boolean): string {
  const { who, text, summary = text, reason, subject } = view;
  if (event.type === 'message' || event.type === 'human_response') return `${who}: ${summary}`;
  if (subject) return subject;
  if (!('by' in event)) return withReason(`the ${who} ${text}`, reason);
  return withReason(`${text} by ${who}${isOwn ? ' (this terminal)' : ''}`, reason);
}

/** Whether it waits for a person. A step that the policy denies does not. */
export function isAsking({ state: { status, open } }: Thread): boolean {
  if (status === 'waiting_for_human') return true;
  const isDenied = open?.objection && 'deny' in open.objection;
  return status === 'waiting_for_approval' && !isDenied;
}

/** Whether any answer asks the model again: no step is open. */
export function isForModel({ state: { status, open } }: Thread): boolean {
  return status === 'waiting_for_human' && open?.step === undefined;
}

/** The open step and, if it waits for a person, why. */
export function requestLines(terminal: Terminal, thread: Thread, more: Rest): string[] {
  const { backend, screen } = terminal;
  const { open } = thread.state;
  if (!open) return [];
  const call = findCall(thread.events, open.call_id);
  const isText = call && isForPerson(call) && stepText(call.step) !== stepArguments(call.step);
  const [given, ...texts] = open.step && !isText ? argumentLines(open.step, screen, more) : [];
  const step = stepLine(thread.events, open.call_id, screen, given);
  const reasons = reasonsOf(thread, open, backend.agent);
  const remarks = reasons.map((text) => remark(screen, 'policy', text));
  return [step, ...texts, ...remarks].filter(Boolean);
}

/** Says why a person is asked, and who approves. */
function reasonsOf(thread: Thread, open: OpenCall, agent?: Agent): string[] {
  const { reason, objection, call_id } = open;
  if (reason !== undefined) return [`handed to you: ${reason}`];
  if (!isAsking(thread) || !objection || !('ask' in objection)) return [];
  const isKnown = agent && !problemOf(agent, thread);
  const policy = isKnown && agentFor(agent, thread).policy;
  // The policy may have changed.
  const [ask = ''] = objection.ask.split(` (${TOO_FEW}`);
  const now = policy ? withLack({ ...objection, ask }, thread.events, policy) : objection;
  const asked = `needs your approval: ${withSource(now.ask)}`;
  // It only has its text.
  if (Object.keys(objection).length === 1) return [asked];
  const { approvers = ['any approver'], count = 1, not_requester } = objection;
  const who = [...approvers];
  if (not_requester) who.push(`not ${ownerOf(thread.events, thread.state)}`);
  const needed = `approvals needed: ${count}, of ${who.join(', ')}`;
  const given = endorsersOf(call_id, thread.events).join(', ');
  return [asked, given ? `${needed}; approved by ${given}` : needed];
}

/** Prints the step that waits for a person, and what to type. */
export function printRequest(terminal: Terminal, thread: Thread, more?: Rest): void {
  const rest = more ?? { shownBy: `${program.name} show ${thread.id}` };
  terminal.screen.print(...requestLines(terminal, thread, rest));
  printNextCommands(terminal, thread);
}

/** Says that the agent of a thread, or one that it waits for, is gone. */
function problemOf({ children }: Agent, thread: Thread): string | undefined {
  if (children) return children.problem(thread);
  const { agent = 'main' } = firstMessage(thread.events) ?? {};
  if (agent === 'main' || hasEnded(thread.state)) return undefined;
  return `It cannot go on: agent.ts has no ${agent}. Bring that back, or cancel it.`;
}

/** Prints how a thread stands, and what to type to move it on. */
export function printNextCommands({ backend, screen }: Terminal, thread: Thread): void {
  const problem = backend.agent && problemOf(backend.agent, thread);
  if (problem) screen.print(remark(screen, 'bad', problem, '  '));
  const [status, ...commands] = nextCommands(thread, backend);
  screen.print(wrap(`  ${plain(status)}`, screen.columns(), '  '));
  for (const command of commands) screen.print(plain(`    ${program.name} ${command}`));
}

/** Threads to name that a call waits for. */
const MAX_CHILDREN = 5;

/** Lists the threads that a call started, except those of parts that have ended. */
function openChildren(events: readonly Event[], call_id: string): readonly string[] {
  const own = events.filter((event) => 'call_id' in event && event.call_id === call_id);
  const ended = own.flatMap((event) => (event.type === 'part_ended' ? event.part : []));
  const started = own.filter((event) => event.type === 'child_started');
  return started.filter(({ part = '' }) => !ended.includes(part)).map(({ thread }) => thread);
}

function nextCommands(thread: Thread, backend: Backend): readonly [string, ...string[]] {
  const { id, state } = thread;
  const { status, open } = state;
  const watch = `watch ${id}`;
  const resume = `resume ${id}`;
  const isLate = isPast(open?.due, backend);
  switch (status) {
    case 'thinking':
    case 'ready':
      if (!backend.agent) return ['It goes on at the server. To follow it:', watch];
      return ['To go on, unless a process runs it:', resume];
    case 'running': {
      if (isLate) return ['The process that ran it is gone. To continue:', resume];
      const running = `${open.step?.intent} may be running until ${clock(open.due ?? '')}`;
      const text = `${running}. Follow it, or go on then:`;
      return [text, watch, resume];
    }
    case 'waiting_for_approval':
    case 'waiting_for_human': {
      const { call_id, due } = open;
      if (isLate) return ['It has expired. To go on:', resume];
      const by = due === undefined ? 'any time' : `by ${moment(due)}`;
      const text = `Waiting. Nothing is running; it is saved. Answer ${by}:`;
      const answer = isForModel(thread) ? 'go on' : 'text';
      if (status === 'waiting_for_human') return [text, `answer ${call_id} "${answer}"`];
      const lift = thread.state.fork?.isHeld ? [`lift ${id}`] : [];
      return [text, `approve ${call_id}`, `deny ${call_id} "why"`, ...lift];
    }
    case 'waiting_for_result': {
      const children = openChildren(thread.events, open.call_id).slice(0, MAX_CHILDREN);
      const shows = children.map((child) => `show ${child}`);
      if (shows.length > 0)
        return ['It waits for another thread. To see that, or go on:', ...shows, resume];
      if (isLate) return ['No result came in time. To go on:', resume];
      const { due = '' } = open;
      const by = Date.parse(due) - backend.now() < 3_600_000 ? clock(due) : moment(due);
      return [`The result is due by ${by}. Follow it, or go on then:`, watch, resume];
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
