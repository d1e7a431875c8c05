import type { Agent } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import type { Event, Usage } from '../core/event.ts';
import { modelFor } from '../core/model-turn.ts';
import { requireThread } from '../core/people.ts';
import { Damaged, toThreadDocument, type Thread } from '../core/store.ts';
import { clock, moment, plain, plainJson, remark, wrap, type Page } from '../screen/text.ts';
import { findCall, indentFor, viewOf, withReason, type EventView } from './event-view.ts';
import { program } from './program.ts';
import { printRequest } from './request.ts';
import type { Backend, Command, Terminal } from './types.ts';

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
    const agent = requireAgent(backend);
    const text = contextText(agent, requireThread(await backend.load(id)));
    // A file or a pipe gets the exact text. On a terminal it must not act.
    screen.write(`${screen.isTerminal ? plain(text) : text}\n`);
  },
};

export function contextText({ prompt, context }: Agent, { events }: Thread): string {
  return [prompt, ...context(events)].join('\n');
}

export const requestCommand: Command = {
  usage: 'show <thread> --request',
  about: 'the exact request, as JSON',
  piped: true,
  async run({ backend, screen }, { id }) {
    const agent = requireAgent(backend);
    const request = requestFor(agent, requireThread(await backend.load(id)));
    screen.write(`${plainJson(request)}\n`);
  },
};

/** The model's next request. Needs no key and has none. @throws Refused */
function requestFor(agent: Agent, { id, events, state }: Thread): object {
  const { prompt: system, context, tools } = agent;
  const { signal } = new AbortController();
  const window = { system, blocks: context(events), events };
  const request = modelFor(agent, state).preview?.({ ...window, schema: tools.schema, signal });
  if (!request) {
    const typed = `${program.withFlags} show ${id} --context`;
    throw new Refused(`This model shows no request. What it sees: ${typed}`);
  }
  // The user and the query of a URL may hold a key.
  const withoutUser = request.url.replace(/^(\w+:)?([\\/]*)[^\\/?#]*@/, '$1$2');
  return { url: withoutUser.replace(/[?#].*/s, ''), body: request.body };
}

/** @throws Refused for an agent on a server */
export function requireAgent({ agent }: Backend): Agent {
  if (agent) return agent;
  throw new Refused('This needs the agent itself: type it where the agent runs, without --url.');
}

/** The document that `--json` prints. */
export function threadJson(thread: Thread): string {
  return plainJson(toThreadDocument(thread));
}

/** Tokens and dollars. Empty if no model reported its usage. */
export function formatUsage(usage: Usage): string {
  const { input_tokens: input, output_tokens: output, usd } = usage;
  const { cached_tokens: cached, reasoning_tokens: reasoning } = usage;
  if (input + output === 0 && !usd) return '';
  const count = (tokens: number, what: string) => `${tokens.toLocaleString('en')} ${what}`;
  const parts = [count(input, 'tokens in')];
  if (cached) parts.push(count(cached, 'of them cached'));
  parts.push(count(output, 'out'));
  if (reasoning) parts.push(count(reasoning, 'of them reasoning'));
  if (usd !== undefined)
    parts.push(`$${usd > 0 && usd < 0.01 ? usd.toPrecision(2) : usd.toFixed(2)}`);
  return parts.join(', ');
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
    const model = models.size > 1 ? modelOf(event) : undefined;
    const notes = [view.note, model && `(by ${plain(model)})`];
    lines.push(entry(headOf(events, event, view, screen), view, notes, screen));
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
  const call = event.type === 'tool_call' ? findCall(events, event.call_id) : undefined;
  const number = String(call?.number ?? '').padStart(3);
  const name = paint(role, who) + ' '.repeat(Math.max(1, 8 - who.length));
  const head = `  ${paint('dim', clock(event.at))} ${number}  ${name}`;
  if (event.type === 'prefetched') return `${head}prefetched ${subject}: `;
  return call ? `${head}${subject} ` : head;
}

type Notes = readonly (string | undefined)[];

function entry(head: string, view: EventView, notes: Notes, screen: Page): string {
  const { text, reason, duration, isCode } = view;
  const took = duration && `  (${duration})`;
  const first = [head, withReason(text, reason), took].join('');
  const lines = [first, ...notes.filter(Boolean)].join('\n');
  const columns = isCode ? Number.POSITIVE_INFINITY : screen.columns();
  return wrap(lines, columns, indentFor(screen)).trimEnd();
}
