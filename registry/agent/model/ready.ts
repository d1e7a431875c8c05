import type { Agent } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import type { Model } from '../core/model.ts';

type Models = Pick<Agent, 'model' | 'models'> & {
  readonly policy: Pick<Agent['policy'], 'modelFor'>;
};

/** Checks that every model in use has its settings. @throws Refused that names the variables */
export function assertReady(models: Models): void {
  const missing = new Set(modelsInUse(models).flatMap((model) => model.missing?.() ?? []));
  if (missing.size === 0) return;
  const it = missing.size === 1 ? 'it' : 'them';
  throw new Refused(`Set ${[...missing].join(' and ')} in .env: the model needs ${it}.`);
}

/**
 * Checks the models of a process that no person watches: a scripted model must not answer there in
 * place of a real one.
 * @throws Refused, also as `assertReady` does
 */
export function assertReadyUnattended(models: Models): void {
  assertReady(models);
  const [instead] = modelsInUse(models).flatMap(({ scripted }) => scripted?.instead ?? []);
  if (instead === undefined) return;
  const problem = 'No model key, and only the terminal falls back to the scripted model.';
  const advice = 'or wire the scripted model by name in agent.ts';
  throw new Refused(`${problem} Either ${instead}, ${advice}.`);
}

function modelsInUse({ model, models = {}, policy }: Models): readonly Model[] {
  return policy.modelFor ? [model, ...Object.values(models)] : [model];
}
