import { join } from 'node:path';
import { fileStore } from '../../registry/agent/store/file.ts';
import { append, load } from '../../registry/agent/core/store.ts';
import type { Event } from '../../registry/agent/core/event.ts';

const [folder = '.'] = process.argv.slice(2);
const threads = 10;
const appendsPerThread = 60;
const event: Event = {
  type: 'message',
  channel: 'bench',
  from: 'ada',
  text: 'x'.repeat(220),
  at: '2026-01-01T00:00:00.000Z',
};

/** CPU ms of one durable append: threads of sixty events of 300 bytes, each on disk before the next. */
const store = fileStore(join(folder, crypto.randomUUID()));
await fill('warm');
const before = process.cpuUsage();
for (let thread = 0; thread < threads; thread++) await fill(`t${thread}`);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify((user + system) / 1000 / (threads * appendsPerThread)));

async function fill(id: string): Promise<void> {
  let thread = await load(store, id);
  for (let count = 0; count < appendsPerThread; count++)
    thread = await append(store, thread, event);
}
