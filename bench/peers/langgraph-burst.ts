import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { newId } from '../stores/job.ts';
import { time } from '../stores/play.ts';
import { toGraph } from './langgraph-graph.ts';

const [address = '', job = '', threads = ''] = process.argv.slice(2);
const durability = job === 'durable' ? 'sync' : 'async';
const atOnce = 64;

const saver = PostgresSaver.fromConnString(address, { schema: 'langgraph' });
await saver.setup();
const { graph } = toGraph((messages) => messages.length < 2, saver);
await play(Number(threads) / 10);
const ms = await time(() => play(Number(threads)));
console.log(JSON.stringify({ perSecond: (Number(threads) * 1_000) / ms }));
// A pool that is open would keep this process.
process.exit();

/** A message, one call of a tool, and done, in one process. */
async function play(count: number): Promise<void> {
  let next = 0;
  const one = async () => {
    while (next++ < count) {
      const options = { configurable: { thread_id: newId() }, durability } as const;
      const { messages } = await graph.invoke(
        { messages: [{ role: 'user', content: 'go' }] },
        options,
      );
      if (messages.length !== 4) throw new Error(`There are ${messages.length} messages, not 4.`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}
