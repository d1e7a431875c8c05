import type { Event } from '../core/event.ts';
import { Refused } from '../core/errors.ts';
import { requireThread } from '../core/people.ts';
import { Damaged, toThreadDocument, type Thread } from '../core/store.ts';
import { clock, moment, plain, plainJson, remark, wrap, type Page } from '../screen/text.ts';
import type { Command } from './command.ts';
import { viewOf, withReason, type EventView } from './event-view.ts';
import { findCall, formatUsage } from './format.ts';
import { printRequest } from './request.ts';

export const showCommand: Command = {
  usage: 'show <thread>',
  about: 'what happened, and what is open',
  json: true,
  async run(terminal, { id, json }) {
    const { backend, screen } = terminal;
    const thread = await backend.load(id).catch((error: unknown) => {
      if (error instanceof Damaged) screen.print(...timeline(error.events, screen));
      throw error;
    });
    const { events, state } = requireThread(thread);
    if (json) return screen.write(`${threadJson(thread)}\n`);
    const usage = formatUsage(state.usage);
    screen.print(`  ${id}  ${state.status}, ${events.length} events`);
    if (usage) screen.print(remark(screen, 'dim', usage, '  '));
    screen.print(...timeline(events, screen), '');
    printRequest(terminal, thread);
  },
};

export const contextCommand: Command = {
  usage: 'show <thread> --context',
  about: 'the exact text that the model gets',
  async run({ backend, screen }, { id }) {
    if (!backend.contextText) throw notOnServer('--context');
    const text = backend.contextText(requireThread(await backend.load(id)));
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
    screen.write(`${backend.requestText(requireThread(await backend.load(id)))}\n`);
  },
};

const notOnServer = (flag: string): Refused =>
  new Refused(
    `A server does not show what its model gets: use ${flag} where the agent runs, without --url.`,
  );

/** The document that `--json` prints. */
export const threadJson = (thread: Thread): string => plainJson(toThreadDocument(thread));

/** A line for each event: time, step number, who, and what. Each day has a heading. */
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
    const call = event.type === 'tool_call' ? findCall(events, event.call_id) : undefined;
    const model = models.size > 1 ? modelOf(event) : undefined;
    const text = textOf(event, view) + (model ? `\n(by ${plain(model)})` : '');
    lines.push(timelineLine(clock(event.at), call?.number, { ...view, text }, screen));
  }
  return lines;
}

const modelOf = (event: Event): string | undefined =>
  'usage' in event ? event.usage?.model : undefined;

function textOf({ type }: Event, view: EventView): string {
  const { subject, reason, duration, note } = view;
  const text = withReason(view.text, reason);
  const parts = [
    type === 'prefetched' ? `prefetched ${subject}: ` : '',
    type === 'tool_call' ? `${subject} ` : '',
    text,
    duration ? `  (${duration})` : '',
    note ? `\n${note}` : '',
  ];
  return parts.join('');
}

function timelineLine(
  time: string,
  number: number | undefined,
  { who, role, text, isCode }: EventView,
  { paint, columns }: Page,
): string {
  const name = paint(role, who) + ' '.repeat(Math.max(1, 8 - who.length));
  const head = `  ${paint('dim', time)} ${String(number ?? '').padStart(3)}  ${name}`;
  const width = isCode ? Number.POSITIVE_INFINITY : columns();
  return wrap(head + text, width, ' '.repeat(columns() >= 80 ? 24 : 5)).trimEnd();
}
