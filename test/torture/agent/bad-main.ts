import { blind, holding } from './bad-stores.ts';
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
