import type { Agent } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import type { Model } from '../core/model.ts';

/** Returns the models that the agent can ask. */
export function modelsInUse({ model, models = {}, policy }: Agent): readonly Model[] {
  return policy.modelFor ? [model, ...Object.values(models)] : [model];
}

/** Checks that models have their settings. @throws Refused that names the missing variables */
export function assertReady(models: readonly Model[]): void {
  const missing = new Set(models.flatMap((model) => model.missing?.() ?? []));
  if (missing.size === 0) return;
  const it = missing.size === 1 ? 'it' : 'them';
  throw new Refused(`Set ${[...missing].join(' and ')} in .env: the model needs ${it}.`);
}
