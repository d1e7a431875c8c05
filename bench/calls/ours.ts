import { adapterFor, question } from './job.ts';
import { play } from './play.ts';

/** The adapter of the generated agent, as the loop calls it. */
await play((api, origin) => {
  const model = adapterFor(api, origin);
  return async (signal) => (await model({ ...question, signal })).step;
});
