import { setTimeout as sleep } from 'node:timers/promises';
import { assertReady, modelsInUse, type Agent } from '../core/agent.ts';
import { editCall } from '../core/edit.ts';
import { areDeliveries, type Event } from '../core/event.ts';
import type { Model, ModelRequest } from '../core/model.ts';
import { advance } from '../core/loop.ts';
import { answer, approve, cancel, say, start } from '../core/people.ts';
import { load, wrapStore, type Store, type Thread } from '../core/store.ts';
import type { Screen } from '../screen/screen.ts';
import { draftListener } from '../drafts/draft-listener.ts';
import { draftLines } from './event-view.ts';
import { printEvent } from './print-thread.ts';
import type { Backend } from './types.ts';

/** An agent in this process. Looks for new events every `pollMs`. */
export function localBackend(agent: Agent, screen: Screen, by: string, pollMs = 500): Backend {
  const drafts = new Map<string, readonly string[]>();
  const store = observe(agent.store, (id, ...seen) => {
    if (drafts.delete(id)) screen.draft?.([...drafts.values()].flat());
    printEvent(screen, id, ...seen);
  });
  const listenerFor = drafting(agent, screen, drafts);
  const printing = { ...agent, ...telling(agent, screen), store, listenerFor };
  const message = (text: string) => ({ channel: 'terminal', from: by, text });
  return {
    agent,
    by,
    introduction: introductionOf(agent),
    now: agent.now,
    assertReady: () => assertReady(modelsInUse(agent)),
    list: (query) => agent.store.list(query),
    load: (id) => load(agent.store, id),
    start: (text, name) => start(printing, { ...message(text), ...(name && { agent: name }) }),
    say: (id, text) => say(printing, id, message(text)),
    approve: (call_id, decision) => approve(printing, call_id, { ...decision, by, isLocal: true }),
    edit(call_id, step) {
      const edit = { step, by, isLocal: true };
      return editCall(printing, call_id, edit);
    },
    answer: (call_id, text) => answer(printing, call_id, { by, text }),
    cancel: (id, reason = '') => cancel(printing, id, { by, reason }),
    advance: (id) => advance(printing, id),
    follow: (id) => follow(store, id, pollMs),
    moved: (thread, signal) => moved(agent.store, thread, pollMs, signal),
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
    if (!areDeliveries(now.slice(events.length))) return;
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
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
  const report = (id: string, known: Event[], event: Event, isOwn: boolean) => {
    known.push(event);
    onEvent(id, known, isOwn);
  };
  return wrapStore(store, {
    async load(id) {
      const events = await store.load(id);
      const known = seen.get(id) ?? [...events];
      seen.set(id, known);
      for (const event of events.slice(known.length)) report(id, known, event, false);
      return events;
    },
    async append(id, version, event, index) {
      const next = await store.append(id, version, event, index);
      const known = seen.get(id) ?? [];
      seen.set(id, known);
      if (known.length === version) report(id, known, event, true);
      return next;
    },
  });
}

/** The models, telling the screen why they try again. */
function telling({ model, models = {} }: Agent, { note }: Screen): Pick<Agent, 'model' | 'models'> {
  const wrap = (one: Model): Model =>
    Object.assign((request: ModelRequest) => one({ ...request, onRetry: note }), one);
  const entries = Object.entries(models).map(([name, one]) => [name, wrap(one)] as const);
  return { model: wrap(model), models: Object.fromEntries(entries) };
}

/** Shows what models write, where the screen can erase it again: a thread may have others. */
function drafting(
  agent: Agent,
  screen: Screen,
  drafts: Map<string, readonly string[]>,
): Agent['listenerFor'] {
  const { draft: show } = screen;
  if (!show) return agent.listenerFor;
  return (thread) => {
    const { id, events } = thread;
    return draftListener(agent, thread, (draft) => {
      drafts.delete(id);
      if (draft) drafts.set(id, draftLines(events, draft, screen));
      show([...drafts.values()].flat());
    });
  };
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
  return example ? [...lines, `Try: ${example}`] : lines;
}
