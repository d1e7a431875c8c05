import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { prefetcher } from './prefetch.ts';

const Package = z.object({ name: z.string(), version: z.string() }).partial();

/** Values that the model has before its first step. Edit them: each has the name of its key. */
export const prefetchers = {
  /** The project in which the agent runs. */
  project: prefetcher({
    async run(_thread, signal) {
      const text = await readFile('package.json', { encoding: 'utf8', signal });
      return Package.parse(JSON.parse(text));
    },
    timeoutMs: 2_000,
    fallback: {},
  }),
};
