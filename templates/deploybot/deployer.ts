import type { SmallAgent } from './core/agent.ts';
import { policy } from './policy.ts';
import { prefetch } from './prefetch/prefetch.ts';
import { prefetchers } from './prefetch/prefetchers.ts';
import { prompt } from './prompt.ts';
import { tools } from './tools.ts';

/** The agent that proposes what to deploy. The pipeline asks it by its name in agent.ts. */
export const deployer: SmallAgent = { prompt, tools, policy, prefetch: prefetch(prefetchers) };
