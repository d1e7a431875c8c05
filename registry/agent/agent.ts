import './env.ts';
import { script } from './model/script.ts';
import { fileStore } from './store/file.ts';
import { secretsIn } from './clean.ts';
import { contextWindow } from './context.ts';
import type { Agent } from './parts.ts';
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
