import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import { modelFor } from '../core/model-turn.ts';
import { answer, approve, cancel, say, start } from '../core/people.ts';
import { load, wrapStore, type Store, type Thread } from '../core/store.ts';
import { assertReady } from '../model/ready.ts';
import { plainJson } from '../screen/text.ts';
import type { Screen } from '../screen/screen.ts';
import type { Backend } from './backend.ts';
import { allThreads } from './list.ts';
import { printEvent } from './print-event.ts';
import { program } from './program.ts';

/** The channel of messages from a terminal. */
const channel = 'terminal';

/** An agent in this process. Looks for new events every `pollMs`. */
export function localBackend(agent: Agent, screen: Screen, user: string, pollMs = 500): Backend {
  const { store: saved } = agent;
  const store = observe(saved, (...seen) => printEvent(screen, ...seen));
  const printing = { ...agent, store };
  const loadSaved = (id: string) => load(saved, id);
  return {
    introduction: introductionOf(agent),
    goesOn: false,
    store: saved,
    now: agent.now,
    assertReady: () => assertReady(agent),
    list: () => allThreads({ list: (page) => saved.list(page), load: loadSaved }),
    load: loadSaved,
    start: (text) => start(printing, { channel, from: user, text }),
    say: (id, text) => say(printing, id, { channel, from: user, text }),
    approve: (call_id, decision) => approve(printing, call_id, { ...decision, by: user }),
    answer: (call_id, text) => answer(printing, call_id, { by: user, text }),
    cancel: (id, reason = '') => cancel(printing, id, { by: user, reason }),
    advance: (id) => advance(printing, id),
    follow: (id) => follow(store, id, pollMs),
    moved: (thread, signal) => moved(saved, thread, pollMs, signal),
    contextText: ({ events }) => [agent.prompt, ...agent.context(events)].join('\n'),
    requestText: (thread) => requestText(agent, thread),
  };
}

async function* follow(store: Store, id: string, pollMs: number): AsyncGenerator<Thread> {
  for (;;) {
    yield await load(store, id);
    await sleep(pollMs);
  }
}

async function moved(
  store: Store,
  { id, events }: Thread,
  pollMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const now = await store.load(id).catch(() => []);
    if (now.length > events.length) return;
    await sleep(pollMs, undefined, { signal }).catch(() => {});
  }
}

/** `events` end with the new one. `isOwn`: this process saved it. */
type OnEvent = (id: string, events: readonly Event[], isOwn: boolean) => void;

/**
 * Wraps a store to report each new event once and in order, even if another process
 * saved it. Events that a thread has when it is first loaded are not new.
 */
function observe(store: Store, onEvent: OnEvent): Store {
  const seen = new Map<string, Event[]>();
  return wrapStore(store, {
    async load(id) {
      const events = await store.load(id);
      const known = seen.get(id) ?? [...events];
      seen.set(id, known);
      for (const event of events.slice(known.length)) {
        known.push(event);
        onEvent(id, known, false);
      }
      return events;
    },
    async append(id, version, event, index) {
      const next = await store.append(id, version, event, index);
      const known = seen.get(id) ?? [];
      seen.set(id, known);
      if (known.length !== version) return next;
      known.push(event);
      onEvent(id, known, true);
      return next;
    },
  });
}

/** Explains a scripted model, and how to get a real one. */
function introductionOf({ model: { scripted } }: Agent): readonly string[] {
  if (!scripted) return [];
  const { about, example, instead } = scripted;
  const subject = instead ? 'No model key, so a scripted' : 'A scripted';
  const lines = [
    `${subject} model plays. ${about}`,
    `Use a real model: ${instead ?? 'wire one in agent.ts'}`,
  ];
  if (example) lines.push(`Try: ${example}`);
  return lines;
}

/** The model's next request. Needs no key and has none. @throws Refused */
function requestText(agent: Agent, thread: Thread): string {
  const request = previewRequest(agent, thread);
  if (!request) {
    const typed = `${program.withFlags} show ${thread.id} --context`;
    throw new Refused(`This model shows no request. What it sees: ${typed}`);
  }
  const { url, body } = request;
  // The user and the query of a URL may hold a key.
  const withoutUser = url.replace(/^(\w+:)?([\\/]*)[^\\/?#]*@/, '$1$2');
  return plainJson({ url: withoutUser.replace(/[?#].*/s, ''), body });
}

/** @throws Refused if agent.ts lacks the model that the policy chooses */
function previewRequest(agent: Agent, { events, state }: Thread) {
  const { prompt: system, context, tools } = agent;
  const { signal } = new AbortController();
  const window = { system, blocks: context(events), events };
  try {
    const model = modelFor(agent, state);
    return model.preview?.({ ...window, schema: tools.schema, signal });
  } catch (error) {
    throw new Refused(`The model cannot be asked: ${oneLine(error)}`);
  }
}
