import { createInterface } from 'node:readline';
import { fork } from '../../../../registry/agent/fork/fork.ts';
import { openStore, type Address } from '../open-store.ts';

/**
 * Opens the store at the address in `argv[2]`. For each line that it reads, copies thread `t`, and
 * prints the id of the copy once it is saved. After the line `again` it goes on until it is killed.
 */
const address = JSON.parse(process.argv[2] ?? '') as Address;
const store = await openStore(address);
const agent = { store, now: Date.now, policy: { approvers: [] } };
const copyOnce = async () => {
  const { id } = await fork(agent, 't', { by: 'eve' });
  process.stdout.write(`${id}\n`);
};
process.stdout.write('open\n');
for await (const line of createInterface({ input: process.stdin })) {
  let isOver = false;
  while (!isOver) {
    await copyOnce();
    isOver = line !== 'again';
  }
}
await store.close();
