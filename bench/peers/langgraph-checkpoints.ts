import { statSync } from 'node:fs';
import { join } from 'node:path';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { newId, steps } from '../stores/job.ts';
import { timeThreads } from '../stores/play.ts';
import { bytesOfSchema } from '../stores/postgres.ts';
import { toGraph } from './langgraph-graph.ts';

const [kind = '', address = '', job = ''] = process.argv.slice(2);
const schema = job === 'bytes' ? 'langgraph_sized' : 'langgraph';
const sized = 100;

if (job === 'bytes') await printBytes();
else console.log(JSON.stringify(await timeThreads(runner(await openSaver()))));

/** A thread as ours is: with `durable`, each checkpoint is on disk before the next step. */
function runner({ saver }: Saver) {
  const { graph } = toGraph((messages) => messages.length < 2 * steps, saver);
  const durability = job === 'durable' ? 'sync' : 'async';
  return async () => {
    const configurable = { thread_id: newId() };
    const options = { configurable, durability, recursionLimit: 2 * steps + 10 } as const;
    const { messages } = await graph.invoke(
      { messages: [{ role: 'user', content: 'go' }] },
      options,
    );
    const expected = 2 * steps + 2;
    if (messages.length !== expected)
      throw new Error(`There are ${messages.length} messages, not ${expected}.`);
  };
}

type Saver = Awaited<ReturnType<typeof openSaver>>;

async function openSaver() {
  if (kind === 'postgres') {
    const saver = PostgresSaver.fromConnString(address, { schema });
    await saver.setup();
    return { saver, sizeOf: () => bytesOfSchema(address, schema) };
  }
  // Its driver is not for every Node: only here is it loaded.
  const { SqliteSaver } = await import('@langchain/langgraph-checkpoint-sqlite');
  const path = join(address, `${schema}.db`);
  const saver = SqliteSaver.fromConnString(path);
  if (job === 'durable') saver.db.pragma('synchronous = FULL');
  const sizeOf = async () => {
    saver.db.pragma('wal_checkpoint(TRUNCATE)');
    return statSync(path).size;
  };
  return { saver, sizeOf };
}

/** Of a thread, by a hundred in a store of their own. */
async function printBytes(): Promise<void> {
  const opened = await openSaver();
  const run = runner(opened);
  const before = await opened.sizeOf();
  for (let thread = 0; thread < sized; thread++) await run();
  console.log(JSON.stringify({ bytes: ((await opened.sizeOf()) - before) / sized }));
}

// A pool that is open would keep this process.
process.exit();
