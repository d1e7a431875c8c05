import { setTimeout as sleep } from 'node:timers/promises';
import { answer, approve, cancel, say, start } from '../core/people.ts';
import { advance } from '../core/loop.ts';
import { assertReady } from '../model/ready.ts';
import type { Agent } from '../core/agent.ts';
import { load } from '../core/store.ts';
import type { Backend } from './backend.ts';
import { allThreads } from './list.ts';
import { narrate } from './narrate.ts';
import { observed } from './observed.ts';
import type { Screen } from '../screen/screen.ts';
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
