import type { Event } from '../core/event.ts';
import { Refused } from '../core/errors.ts';
import { requireThread } from '../core/people.ts';
import { Damaged, toThreadDocument, type Thread } from '../core/store.ts';
import { clock, moment, plain, plainJson, remark, wrap, type Page } from '../screen/text.ts';
import type { Terminal } from './backend.ts';
import type { Command } from './command-types.ts';
import { viewOf, withReason, type EventView } from './event-view.ts';
import { findCall, formatUsage, indentFor } from './step-text.ts';
import { printRequest } from './request.ts';

export const showCommand: Command = {
  usage: 'show <thread>',
  about: 'what happened, and what is open',
  json: true,
  async run(terminal, { id, json }) {
    const { screen } = terminal;
    const thread = await loadToShow(terminal, id);
    if (json) return screen.write(`${threadJson(thread)}\n`);
    const { events, state } = thread;
    const usage = formatUsage(state.usage);
    screen.print(`  ${id}  ${state.status}, ${events.length} events`);
    if (usage) screen.print(remark(screen, 'dim', usage, '  '));
    screen.print(...timeline(events, screen), '');
    printRequest(terminal, thread);
  },
};

/** Prints the readable events of a damaged thread. @throws Refused */
async function loadToShow({ backend, screen }: Terminal, id: string): Promise<Thread> {
  try {
    return requireThread(await backend.load(id));
  } catch (error) {
    if (error instanceof Damaged) screen.print(...timeline(error.events, screen));
    throw error;
  }
}

export const contextCommand: Command = {
  usage: 'show <thread> --context',
  about: 'the exact text that the model gets',
  async run({ backend, screen }, { id }) {
    if (!backend.contextText) throw notOnServer('--context');
    const thread = requireThread(await backend.load(id));
    const text = backend.contextText(thread);
    // A file or a pipe gets the exact text. On a terminal it must not act.
    screen.write(`${screen.isTerminal ? plain(text) : text}\n`);
  },
};

export const requestCommand: Command = {
  usage: 'show <thread> --request',
  about: 'the exact request, as JSON',
  piped: true,
  async run({ backend, screen }, { id }) {
    if (!backend.requestText) throw notOnServer('--request');
    const thread = requireThread(await backend.load(id));
    screen.write(`${backend.requestText(thread)}\n`);
  },
};

function notOnServer(flag: string): Refused {
  const instead = `use ${flag} where the agent runs, without --url`;
  return new Refused(`A server does not show what its model gets: ${instead}.`);
}

/** The document that `--json` prints. */
export function threadJson(thread: Thread): string {
  return plainJson(toThreadDocument(thread));
}

/** An entry for each event, and a heading for each day. */
function timeline(events: readonly Event[], screen: Page): string[] {
  const models = new Set(events.map(modelOf).filter(Boolean));
  const lines: string[] = [];
  let day = '';
  for (const [index, event] of events.entries()) {
    const view = viewOf(events.slice(0, index + 1));
    if (!view) continue;
    const today = moment(event.at).slice(0, 10);
    if (today !== day) lines.push(`  ${screen.paint('dim', today)}`);
    day = today;
    const head = headOf(events, event, view, screen);
    const model = models.size > 1 && modelOf(event);
    const notes = [view.note, model && `(by ${plain(model)})`];
    lines.push(entry(head, view, notes, screen));
  }
  return lines;
}

function modelOf(event: Event): string | undefined {
  return 'usage' in event ? event.usage?.model : undefined;
}

/** Time, step number, who, and the subject if it is not clear. */
function headOf(
  events: readonly Event[],
  event: Event,
  { who, role, subject }: EventView,
  { paint }: Page,
): string {
  const time = paint('dim', clock(event.at));
  const name = paint(role, who) + ' '.repeat(Math.max(1, 8 - who.length));
  if (event.type === 'prefetched') return `  ${time}      ${name}prefetched ${subject}: `;
  if (event.type !== 'tool_call') return `  ${time}      ${name}`;
  const number = String(findCall(events, event.call_id)?.number);
  return `  ${time} ${number.padStart(3)}  ${name}${subject} `;
}

type Notes = readonly (string | false | undefined)[];

function entry(head: string, view: EventView, notes: Notes, screen: Page): string {
  const { text, reason, duration, isCode } = view;
  const took = duration && `  (${duration})`;
  const first = [head, withReason(text, reason), took].join('');
  const lines = [first, ...notes.filter(Boolean)].join('\n');
  const columns = isCode ? Number.POSITIVE_INFINITY : screen.columns();
  return wrap(lines, columns, indentFor(screen)).trimEnd();
}
