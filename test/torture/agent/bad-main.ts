import { blind, clockless, holding, impatient } from './bad-stores.ts';
import { work } from './outage-worker.ts';
import { play } from './play.ts';
import { race } from './racer.ts';

/** What goes wrong, and then what it is to do. */
const [, , bad, orders = ''] = process.argv;
const waits = ['waiting_for_approval', 'waiting_for_human', 'waiting_for_result', 'done'];
if (bad === 'hasty')
  await play(JSON.parse(orders), (store) =>
    holding(store, (_, { status }) => !waits.includes(status)),
  );
if (bad === 'unclaimed')
  await play(JSON.parse(orders), (store) => holding(store, ({ type }) => type === 'tool_started'));
if (bad === 'blind') await race(JSON.parse(orders), blind);
if (bad === 'clockless') await work(JSON.parse(orders), clockless());
if (bad === 'impatient') await work(JSON.parse(orders), { now: Date.now, wrap: impatient });
if (bad === 'blind worker') await work(JSON.parse(orders), { now: Date.now, wrap: blind });
