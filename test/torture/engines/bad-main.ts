import { wrapStore, type Store } from '../../../registry/agent/core/store.ts';
import type { Action } from '../../../registry/agent/core/tool.ts';
import { work, type Parts } from './worker.ts';

const HELD_MS = 1_000;

/** A faulty store: says of a message that it is saved, and saves it later. */
const hasty = (store: Store): Store =>
  wrapStore(store, {
    async append(id, version, event, index) {
      if (event.type !== 'message') return store.append(id, version, event, index);
      setTimeout(() => void store.append(id, version, event, index), HELD_MS);
      return version + 1;
    },
  });

/** A tool that must not run twice, and says that it may. */
const careless = (action: Action): Action =>
  action.awaits === 'result' ? { ...action, onUnknownOutcome: 'retry' } : action;

/** What is wrong with each kind of worker. */
const bad: Readonly<Record<string, Parts>> = {
  hasty: { store: hasty },
  careless: {
    agent: (agent) => {
      const { schema, actionFor } = agent.tools;
      return { ...agent, tools: { schema, actionFor: (step) => careless(actionFor(step)) } };
    },
  },
  deaf: {
    runner: (open) => (host) => ({ ...open({ ...host, everyMs: Infinity }), wake: () => {} }),
  },
  crashing: {
    agent: (agent) => {
      setTimeout(() => {
        throw new Error('no memory');
      }, HELD_MS);
      return agent;
    },
  },
  stray: {
    agent: (agent) => {
      void Promise.reject(new Error('nobody listens'));
      return agent;
    },
  },
};

const [, , kind = '', orders = ''] = process.argv;
await work(JSON.parse(orders), bad[kind]);
