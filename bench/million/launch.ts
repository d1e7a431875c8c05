import { start } from '../../registry/agent/core/people.ts';
import type { Store } from '../../registry/agent/core/store.ts';
import { time } from '../stores/play.ts';
import { askingAgent } from './agent.ts';
import { owners } from './fill.ts';

const atOnce = 32;

/** Starts threads as so many requests at once would. Nothing advances them. @returns threads/s */
export async function launch(store: Store, threads: number): Promise<number> {
  const agent = askingAgent(store);
  let next = 0;
  const one = async () => {
    while (next < threads) {
      const from = `person_${next++ % owners}`;
      await start(agent, { channel: 'http', from, text: 'Please check the last deployment.' });
    }
  };
  const ms = await time(() => Promise.all(Array.from({ length: atOnce }, one)));
  return (threads * 1_000) / ms;
}
