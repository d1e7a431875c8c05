import { setTimeout as sleep } from 'node:timers/promises';
import { type Agent, assertReady } from '../core/agent.ts';
import type { Event } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import { answer, approve, cancel, say, start } from '../core/people.ts';
import { load, type Store } from '../core/store.ts';
import type { Screen } from '../screen/screen.ts';
import type { Backend } from './backend.ts';
import { allThreads } from './list.ts';
import { narrate } from './narrate.ts';
import { contextText, requestText } from './show.ts';

/** The channel on messages from here. */
const channel = 'terminal';

/** An agent in this process, where `me` types. `lookEveryMs`: between two looks at what others do. */
export function local(agent: Agent, screen: Screen, me: string, lookEveryMs = 500): Backend {
  // Whatever is saved or found in this store is printed, once.
  const store = observed(agent.store, (...seen) => narrate(screen, ...seen));
  const mine = { ...agent, store };
  return {
    introduction: introductionOf(agent),
    goesOn: false,
    store: agent.store,
    now: agent.now,
    assertReady: () => assertReady(agent),
    list: () =>
      allThreads({ list: (query) => agent.store.list(query), load: (id) => load(agent.store, id) }),
    load: (id) => load(agent.store, id),
    start: (text) => start(mine, { channel, from: me, text }),
    say: (id, text) => say(mine, id, { channel, from: me, text }),
    approve: (call_id, decision) => approve(mine, call_id, { ...decision, by: me }),
    answer: (call_id, text) => answer(mine, call_id, { by: me, text }),
    cancel: (id, reason) => cancel(mine, id, { by: me, ...(reason && { reason }) }),
    advance: (id) => advance(mine, id),
    async *follow(id) {
      for (;;) {
        yield await load(store, id);
        await sleep(lookEveryMs);
      }
    },
    async moved({ id, events }, signal) {
      const hasMore = async () =>
        (await agent.store.load(id).catch(() => [])).length > events.length;
      while (!signal.aborted && !(await hasMore()))
        await sleep(lookEveryMs, undefined, { signal }).catch(() => {});
    },
    contextText: (thread) => contextText(agent, thread),
    requestText: (thread) => requestText(agent, thread),
  };
}

/** Says so if the model only plays a part, and how to get a real one. */
function introductionOf({ model: { scripted } }: Agent): readonly string[] {
  if (!scripted) return [];
  return [
    `${scripted.instead ? 'No model key, so a' : 'A'} scripted model plays. ${scripted.about}`,
    `Use a real model: ${scripted.instead ?? 'wire one in agent.ts'}`,
    ...(scripted.example ? [`Try: ${scripted.example}`] : []),
  ];
}

/** `events` up to and with the new one. `isOwn`: this process saved it; otherwise another did. */
export type OnEvent = (id: string, events: readonly Event[], isOwn: boolean) => void;

/**
 * The same store, telling of each new event once and in order, whoever saved it. What a thread held when it was first
 * loaded is not new.
 */
export function observed(store: Store, onEvent: OnEvent): Store {
  const told = new Map<string, Event[]>();
  return {
    list: (query) => store.list(query),
    async load(id) {
      const events = await store.load(id);
      const known = told.get(id) ?? [...events];
      told.set(id, known);
      for (const event of events.slice(known.length)) {
        known.push(event);
        onEvent(id, known, false);
      }
      return events;
    },
    async append(id, version, event, index) {
      const next = await store.append(id, version, event, index);
      const known = told.get(id) ?? [];
      told.set(id, known);
      if (known.length === version) {
        known.push(event);
        onEvent(id, known, true);
      }
      return next;
    },
  };
}
