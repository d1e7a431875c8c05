import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { agent as wired } from '../../../../registry/agent/agent.ts';
import type { Agent } from '../../../../registry/agent/core/agent.ts';
import type { Event } from '../../../../registry/agent/core/event.ts';
import { wrapStore } from '../../../../registry/agent/core/store.ts';

/**
 * The agent of a project with faults. `KILL_AT` is where the process ends itself, such as
 * `after message` or `before delivery sent`: at the save of such an event. While the file `GATE`
 * exists, the model does not answer. `SKEW_MS` is how far its clock is ahead.
 */
const { KILL_AT = '', GATE = '', SKEW_MS = '0' } = process.env;

const nameOf = (event: Event) => `${event.type} ${'state' in event ? event.state : ''}`.trim();

function passKillPoint(when: string, event: Event): void {
  if (`${when} ${nameOf(event)}` === KILL_AT) process.kill(process.pid, 'SIGKILL');
}

const store = wrapStore(wired.store, {
  async append(id, version, event, index) {
    passKillPoint('before', event);
    const next = await wired.store.append(id, version, event, index);
    passKillPoint('after', event);
    return next;
  },
});

const model: Agent['model'] = async (request) => {
  while (existsSync(GATE)) await sleep(20);
  return await wired.model(request);
};

export const agent: typeof wired = {
  ...wired,
  store,
  model,
  now: () => Date.now() + Number(SKEW_MS),
};
