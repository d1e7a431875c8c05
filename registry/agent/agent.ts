import './core/env.ts';
import { script } from './model/script.ts';
import { fileStore } from './store/file.ts';
import { secretsIn } from './core/sanitize.ts';
import { contextWindow } from './core/context.ts';
import type { Agent } from './core/agent.ts';
import { policy } from './policy.ts';
import { prompt } from './prompt.ts';
import { tools, type NextStep } from './tools.ts';

/** The composition root: every part of this agent, chosen in one place. */
export const agent: Agent<NextStep> = {
  prompt,
  tools,
  policy,
  model: script,
  store: fileStore(),
  context: contextWindow({ secrets: secretsIn(process.env) }),
  now: Date.now,
};
