import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Runner } from '../../../registry/agent/core/agent.ts';
import type { Event } from '../../../registry/agent/core/event.ts';
import type { Model } from '../../../registry/agent/core/model.ts';
import { wrapStore, type Store } from '../../../registry/agent/core/store.ts';

/** The points at which a process can kill itself. */
export const points = [
  'a message is saved',
  'a message is acknowledged',
  'a wake is sent',
  'the engine has a wake',
  'a job is fetched',
  'before the model',
  'after the model',
  'before the claim',
  'after the claim',
  'before the effect',
  'after the effect',
  'before the outcome',
  'after the outcome',
  'before its job is completed',
  'before handing over',
  'after handing over',
  'before a search',
  'before the wakes of a search',
  'begins to stop',
  'has stopped',
] as const;

export type Point = (typeof points)[number];

/** A process dies when it passes a point for the n-th time. */
export type Death = { readonly point: Point; readonly nth: number };

export type Pass = (point: Point) => void;

/** Kills this process at its point, by SIGKILL. Prints the name of the point before. */
export function passing(death: Death | undefined): Pass {
  let left = death?.nth ?? 0;
  return (point) => {
    if (point !== death?.point || --left > 0) return;
    writeSync(1, `${JSON.stringify({ died: point })}\n`);
    process.kill(process.pid, 'SIGKILL');
  };
}

const before: Partial<Record<Event['type'], Point>> = {
  tool_started: 'before the claim',
  tool_result: 'before the outcome',
  handed_over: 'before handing over',
};
const after: Partial<Record<Event['type'], Point>> = {
  message: 'a message is saved',
  tool_started: 'after the claim',
  tool_result: 'after the outcome',
  handed_over: 'after handing over',
};

export function passingStore(store: Store, pass: Pass): Store {
  const passOne = (point: Point | undefined) => point && pass(point);
  return wrapStore(store, {
    async append(id, version, event, index) {
      passOne(before[event.type]);
      const next = await store.append(id, version, event, index);
      passOne(after[event.type]);
      return next;
    },
    async list(query) {
      const isSearch = query.dueBefore !== undefined;
      if (isSearch) pass('before a search');
      const found = await store.list(query);
      if (isSearch && found.length > 0) pass('before the wakes of a search');
      return found;
    },
  });
}

/** ms in which an engine that is not away takes a wake. */
const TAKEN_MS = 50;

export function passingRunner(open: Runner, pass: Pass): Runner {
  return (host) => {
    const runner = open({
      ...host,
      async advance(...run) {
        pass('a job is fetched');
        await host.advance(...run);
        pass('before its job is completed');
      },
    });
    return {
      ...runner,
      wake(...thread) {
        runner.wake(...thread);
        pass('a wake is sent');
        setTimeout(() => pass('the engine has a wake'), TAKEN_MS);
      },
    };
  };
}

/** A model that takes its time. */
export function passingModel(model: Model, pass: Pass, pauseMs: () => number): Model {
  return async (request) => {
    pass('before the model');
    await sleep(pauseMs());
    const answer = await model(request);
    pass('after the model');
    return answer;
  };
}
