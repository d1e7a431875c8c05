import { Refused } from '../errors.ts';
import type { Agent } from '../parts.ts';

type Models = Pick<Agent, 'model' | 'models'> & { readonly policy: Pick<Agent['policy'], 'modelFor'> };

/** Before anything is saved. @throws Refused if a model that may be asked lacks what a person can put into `.env` */
export function assertReady(models: Models): void {
  const missing = [...new Set(askable(models).flatMap((one) => one.missing?.() ?? []))];
  if (missing.length > 0) throw new Refused(`Put ${missing.join(' and ')} into .env: the model cannot do without.`);
}

/** Where nobody sees who answers, a model must not stand in for another. @throws Refused, also as `assertReady` does */
export function assertReadyAlone(models: Models): void {
  assertReady(models);
  const standIn = askable(models).find(({ scripted }) => scripted?.instead)?.scripted;
  if (!standIn) return;
  const words = 'No model key, and a scripted model stands in for one only in a terminal.';
  throw new Refused(`${words} Either ${standIn.instead}, or wire the scripted model by name in agent.ts.`);
}

const askable = ({ model, models = {}, policy }: Models) => [model, ...(policy.modelFor ? Object.values(models) : [])];
