import type { Agent } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import type { Model } from '../core/model.ts';

/** The part of an agent that has its models. */
export type Models = Pick<Agent, 'model' | 'models'> & {
  readonly policy: Pick<Agent['policy'], 'modelFor'>;
};

/** Checks that every model in use has its settings. @throws Refused that names the variables */
export function assertReady(models: Models): void {
  const missing = new Set(modelsInUse(models).flatMap((model) => model.missing?.() ?? []));
  if (missing.size === 0) return;
  const it = missing.size === 1 ? 'it' : 'them';
  throw new Refused(`Set ${[...missing].join(' and ')} in .env: the model needs ${it}.`);
}

/** Returns the models that the agent can ask. */
export function modelsInUse({ model, models = {}, policy }: Models): readonly Model[] {
  return policy.modelFor ? [model, ...Object.values(models)] : [model];
}
