import type { Agent } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import type { Model } from '../core/model.ts';

type Models = Pick<Agent, 'model' | 'models'> & {
  readonly policy: Pick<Agent['policy'], 'modelFor'>;
};

/** Checks that every model in use has its settings. @throws Refused that names the variables */
export function assertReady(models: Models): void {
  const problem = missingVariables(modelsInUse(models));
  if (problem !== undefined) throw new Refused(problem);
}

/** Says which variables have to be set. Returns undefined if none is missing. */
export function missingVariables(models: readonly Model[]): string | undefined {
  const missing = new Set(models.flatMap((model) => model.missing?.() ?? []));
  if (missing.size === 0) return undefined;
  const needs = missing.size === 1 ? 'the model needs it' : 'the model needs them';
  return `Set ${[...missing].join(' and ')} in .env: ${needs}.`;
}

/**
 * Checks the models of a process that no person watches: a scripted model must not answer there in
 * place of a real one.
 * @throws Refused, also as `assertReady` does
 */
export function assertReadyUnattended(models: Models): void {
  assertReady(models);
  const { instead } = modelsInUse(models).find(isFallback)?.scripted ?? {};
  if (instead === undefined) return;
  const problem = 'No model key, and only the terminal falls back to the scripted model.';
  throw new Refused(
    `${problem} Either ${instead}, or wire the scripted model by name in agent.ts.`,
  );
}

function modelsInUse({ model, models = {}, policy }: Models): readonly Model[] {
  return policy.modelFor ? [model, ...Object.values(models)] : [model];
}

function isFallback({ scripted }: Model): boolean {
  return scripted?.instead !== undefined;
}
