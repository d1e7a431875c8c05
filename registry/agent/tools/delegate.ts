import { delegateTo } from '../delegate/delegate.ts';

/** The agents that may get a task: their names in agent.ts, and what each is for. Add yours. */
export const delegate = delegateTo({
  helper: 'thinks a question through with fresh eyes',
});
