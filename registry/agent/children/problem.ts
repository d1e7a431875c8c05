import type { SmallAgent } from '../core/agent.ts';
import type { Thread } from '../core/store.ts';
import { firstMessage, hasEnded } from '../core/thread.ts';

type Table = Readonly<Record<string, SmallAgent>>;

/** Names the agents that a thread, or one that it waits for, lacks in `agents`. */
export function problemOf(agents: Table, thread: Thread): string | undefined {
  if (hasEnded(thread.state)) return undefined;
  const { events } = thread;
  const { agent = 'main' } = firstMessage(events) ?? {};
  const known = ['main', ...Object.keys(agents)];
  const needed = new Set([agent, ...asked(thread)]);
  const missing = [...needed].filter((name) => !known.includes(name)).join(', ');
  if (missing === '') return undefined;
  const what = `agents in agent.ts has no ${missing}`;
  return `It cannot go on: ${what}. Bring that back, or cancel it.`;
}

/** Lists the agents that the open call waits for. */
function asked({ events, state }: Thread): readonly string[] {
  const byPart = new Map<string, string>();
  for (const event of events) {
    if (!('call_id' in event)) continue;
    if (event.call_id !== state.open?.call_id) continue;
    if (event.type === 'child_started') byPart.set(event.part ?? '', event.agent);
    if (event.type === 'part_ended') byPart.delete(event.part);
  }
  return [...byPart.values()];
}
