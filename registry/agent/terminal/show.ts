import { agentFor, type Agent } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import { callsIn, type Event, type Usage } from '../core/event.ts';
import { modelFor } from '../core/model-turn.ts';
import { requireThread } from '../core/people.ts';
import { formatUsd } from '../core/policy.ts';
import { Damaged, toThreadDocument, type Thread } from '../core/store.ts';
import { firstMessage } from '../core/thread.ts';
import { clock, moment, plain, plainJson, remark, wrap, type Page } from '../screen/text.ts';
import { indentFor, viewOf, withReason, type EventView } from './event-view.ts';
import { printRequest } from './print-thread.ts';
import type { Backend, Command, Terminal } from './types.ts';

export const showCommand: Command = {
  usage: 'show <thread>',
  about: 'what happened, and what is open',
  json: true,
  async run(terminal, { id, json }) {
    const { screen } = terminal;
    const thread = await loadToShow(terminal, id);
    if (json) return screen.write(`${plainJson(toThreadDocument(thread))}\n`);
    const { events, state } = thread;
    const usage = formatUsage(state.usage);
    screen.print(`  ${id}  ${state.status}, ${events.length} events`);
    for (const line of [familyText(events), usage])
      if (line) screen.print(remark(screen, 'dim', line, '  '));
    screen.print(...timeline(events, screen), '');
    printRequest(terminal, thread, 'all');
  },
};

/** Names the agent and the parent, where it has them. */
function familyText(events: readonly Event[]): string {
  const { agent, parent } = firstMessage(events) ?? {};
  const parts = [agent && `agent ${agent}`, parent && `works for ${parent.call_id}`];
  return plain(parts.filter(Boolean).join(', '));
}

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

export function contextText(agent: Agent, thread: Thread): string {
  const { prompt, context } = agentFor(agent, thread);
  return [prompt, ...context(thread.events)].join('\n');
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

export const answersCommand: Command = {
  usage: 'show <thread> --answers',
  about: 'answers that were no step',
  async run({ backend, screen }, { id }) {
    const { events } = requireThread(await backend.load(id));
    const errors = events.filter((event) => event.type === 'model_error');
    for (const { at, error, answer = 'no answer' } of errors) {
      screen.print(remark(screen, 'bad', `${clock(at)} ${error}`, '  '));
      screen.print(plain(answer) || 'empty', '');
    }
    if (errors.length === 0) screen.print('  Every answer was a step.');
  },
};

/** The model's next request. Needs no key and has none. @throws Refused */
function requestFor(agent: Agent, thread: Thread): object {
  const { events, state } = thread;
  const own = agentFor(agent, thread);
  const { prompt: system, context, tools } = own;
  const { signal } = new AbortController();
  const window = { system, blocks: context(events), events };
  const request = modelFor(own, state).preview?.({ ...window, schema: tools.schema, signal });
  if (!request) throw new Refused('This model shows no request. See --context.');
  // The user and the query of a URL may hold a key.
  const withoutUser = request.url.replace(/^(\w+:)?([\\/]*)[^\\/?#]*@/, '$1$2');
  return { url: withoutUser.replace(/[?#][^]*/, ''), body: request.body };
}

/** @throws Refused for an agent on a server */
export function requireAgent({ agent }: Backend): Agent {
  if (agent) return agent;
  throw new Refused('This needs the agent itself: type it where the agent runs, without --url.');
}

/** Tokens and dollars. Empty if no model reported its usage. */
export function formatUsage(usage: Usage): string {
  const counts = {
    'tokens in': usage.input_tokens,
    'of them cached': usage.cached_tokens,
    out: usage.output_tokens,
    'of them reasoning': usage.reasoning_tokens,
  };
  const known = Object.entries(counts).filter(([, tokens]) => tokens);
  const parts = known.map(([what, tokens]) => `${tokens?.toLocaleString('en')} ${what}`);
  if (usage.usd !== undefined) parts.push(formatUsd(usage.usd));
  return parts.join(', ');
}

/** An entry for each event, and a heading for each day. */
function timeline(events: readonly Event[], screen: Page): string[] {
  let day = '';
  return events.flatMap((event, index) => {
    const seen = events.slice(0, index + 1);
    const view = viewOf(seen);
    if (!view) return [];
    const today = moment(event.at).slice(0, 10);
    const heading = today === day ? [] : [`  ${screen.paint('dim', today)}`];
    day = today;
    return [...heading, entry(seen, event, view, screen)];
  });
}

/** Time, step number, who, what, and notes. */
function entry(seen: readonly Event[], event: Event, view: EventView, screen: Page): string {
  const { who, role, subject, text, reason, duration, note } = view;
  const number = callsIn([event]).length > 0 ? String(callsIn(seen).length) : '';
  const name = screen.paint(role, who) + ' '.repeat(Math.max(1, 8 - who.length));
  const parts = [`  ${screen.paint('dim', clock(event.at))} ${number.padStart(3)}  ${name}`];
  if (subject) parts.push(`${subject} `);
  parts.push(withReason(text, reason));
  if (duration) parts.push(`  (${duration})`);
  if (note) parts.push(`\n${note}`);
  return wrap(parts.join(''), screen.columns(), indentFor(screen)).trimEnd();
}
