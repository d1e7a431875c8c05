import { setTimeout as sleep } from 'node:timers/promises';
import { assertReady, type Agent } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import { modelFor } from '../core/model-turn.ts';
import { answer, approve, cancel, say, start } from '../core/people.ts';
import { load, wrapStore, type Store, type Thread } from '../core/store.ts';
import { plainJson } from '../screen/text.ts';
import type { Screen } from '../screen/screen.ts';
import type { Backend } from './backend.ts';
import { allThreads } from './list.ts';
import { printEvent } from './print-event.ts';
import { program } from './program.ts';

/** The channel of messages from a terminal. */
const channel = 'terminal';

/** An agent in this process. Polls for events of other processes every `pollMs`. */
export function localBackend(agent: Agent, screen: Screen, user: string, pollMs = 500): Backend {
  const store = observe(agent.store, (...seen) => printEvent(screen, ...seen));
  const printing = { ...agent, store };
  return {
    introduction: introductionOf(agent),
    goesOn: false,
    store: agent.store,
    now: agent.now,
    assertReady: () => assertReady(agent),
    list: () =>
      allThreads({ list: (page) => agent.store.list(page), load: (id) => load(agent.store, id) }),
    load: (id) => load(agent.store, id),
    start: (text) => start(printing, { channel, from: user, text }),
    say: (id, text) => say(printing, id, { channel, from: user, text }),
    approve: (call_id, decision) => approve(printing, call_id, { ...decision, by: user }),
    answer: (call_id, text) => answer(printing, call_id, { by: user, text }),
    cancel: (id, reason) => cancel(printing, id, { by: user, ...(reason && { reason }) }),
    advance: (id) => advance(printing, id),
    follow: (id) => follow(store, id, pollMs),
    moved: (thread, signal) => moved(agent.store, thread, pollMs, signal),
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
 * Wraps a store so that each new event is reported once and in order, in whatever process it was
 * saved. Events that a thread has when it is first loaded are not new.
 */
function observe(store: Store, onEvent: OnEvent): Store {
  const known = new Map<string, Event[]>();
  return wrapStore(store, {
    async load(id) {
      const events = await store.load(id);
      const seen = known.get(id) ?? [...events];
      known.set(id, seen);
      for (const event of events.slice(seen.length)) {
        seen.push(event);
        onEvent(id, seen, false);
      }
      return events;
    },
    async append(id, version, event, index) {
      const next = await store.append(id, version, event, index);
      const seen = known.get(id) ?? [];
      known.set(id, seen);
      if (seen.length === version) {
        seen.push(event);
        onEvent(id, seen, true);
      }
      return next;
    },
  });
}

/** Explains a scripted model, and how to get a real one. */
function introductionOf({ model: { scripted } }: Agent): readonly string[] {
  if (!scripted) return [];
  const { about, example, instead } = scripted;
  const subject = instead ? 'No model key, so a scripted model' : 'A scripted model';
  const lines = [
    `${subject} plays. ${about}`,
    `Use a real model: ${instead ?? 'wire one in agent.ts'}`,
  ];
  return example ? [...lines, `Try: ${example}`] : lines;
}

/** The exact request that the model would get now. Needs no key and has none. @throws Refused */
function requestText(agent: Agent, thread: Thread): string {
  const request = previewRequest(agent, thread);
  if (!request) {
    const typed = `${program.withFlags} show ${thread.id} --context`;
    throw new Refused(`This model shows no request. What it sees: ${typed}`);
  }
  // The user and the query of a URL may hold a key.
  const url = request.url.replace(/^(\w+:)?([\\/]*)[^\\/?#]*@/, '$1$2').replace(/[?#].*/s, '');
  return plainJson({ url, body: request.body });
}

/** @throws Refused if agent.ts lacks the model that the policy chooses */
function previewRequest(agent: Agent, { events, state }: Thread) {
  const { prompt: system, context, tools } = agent;
  const { signal } = new AbortController();
  const blocks = context(events);
  try {
    const model = modelFor(agent, state);
    return model.preview?.({ system, blocks, events, schema: tools.schema, signal });
  } catch (error) {
    throw new Refused(`The model cannot be asked: ${oneLine(error)}`);
  }
}
