import * as z from 'zod';
import { readLogs, readTags } from '../target/target.ts';
import { prefetcher } from './prefetch.ts';

const Task = z.object({ pull_request: z.number() });

/** Values that the deploy agent has before its first step. Each has the name of its key. */
export const prefetchers = {
  tags: prefetcher({
    run: ({ messages }) => readTags(Task.parse(messages[0]?.data).pull_request),
    timeoutMs: 5_000,
    fallback: [],
  }),
};

/** Those of the rollback agent. */
export const rollbackPrefetchers = {
  logs: prefetcher({ run: () => readLogs(), timeoutMs: 5_000, fallback: [] }),
};
