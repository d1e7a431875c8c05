import { planOf } from '../plan/plan.ts';
import { wait } from './wait.ts';

/** The tools whose steps a plan can have. Add yours, each by its intent. */
export const { runPlan, planAgent } = planOf({
  wait,
});
