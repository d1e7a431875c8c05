import { postgresStore } from '../../registry/agent/store/postgres.ts';
import { time } from '../stores/play.ts';
import { bytesOfSchema } from '../stores/postgres.ts';
import { fill } from './fill.ts';
import { launch } from './launch.ts';
import { measure } from './queries.ts';
import { work } from './work.ts';

export type Filled = { readonly ms: number; readonly bytes: number };
export type Launched = { readonly perSecond: number; readonly bytes: number };

const [job = '', url = '', schema = '', count = ''] = process.argv.slice(2);
console.log(JSON.stringify(await run()));
// A pool that is open would keep this process.
process.exit();

/** Does one job of a row, with a store of its own. */
async function run(): Promise<unknown> {
  const store = postgresStore(url, schema);
  switch (job) {
    case 'fill': {
      const ms = await time(() => fill(url, schema, Number(count)));
      return { ms, bytes: await bytesOfSchema(url, schema) } satisfies Filled;
    }
    case 'measure':
      return await measure(store, url, schema);
    case 'work':
      return await work(store, url, Number(count));
    case 'launch': {
      await store.load('makes-the-tables');
      const perSecond = await launch(store, Number(count));
      return { perSecond, bytes: await bytesOfSchema(url, schema) } satisfies Launched;
    }
    default:
      throw new Error(`There is no job ${job}.`);
  }
}
