import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request that got a 2xx: what it did has to be in the store. */
export type Acknowledged =
  | { readonly kind: 'launch' | 'cancel'; readonly id: string }
  | { readonly kind: 'respond' | 'approve'; readonly id: string; readonly call_id: string };

export type World = {
  readonly url: string;
  readonly acknowledged: Acknowledged[];
  /** ms */
  readonly latencies: number[];
  isOver: boolean;
};

const read = { intent: 'read' };
const stories: readonly (readonly object[])[] = [
  [],
  [read],
  [{ intent: 'ask', question: 'Which?' }, read],
  [read, { intent: 'write', to: 'production' }],
  [{ intent: 'ask', question: 'Which?' }],
];
const final = ['done', 'failed', 'cancelled'];

/** Launches one thread after the other, and answers, approves or cancels, until each has ended. */
export async function play(world: World, player: number): Promise<void> {
  for (let n = player; !world.isOver; n++) {
    const steps = stories[n % stories.length] ?? [];
    const key = randomUUID();
    const { id } = await insist(world, 'POST', '/threads', { message: JSON.stringify(steps) }, key);
    world.acknowledged.push({ kind: 'launch', id });
    await see(world, id, n % 10 === 4);
    await sleep(20);
  }
}

/** Does what the thread waits for until it has ended. */
async function see(world: World, id: string, isCancelled: boolean): Promise<void> {
  for (;;) {
    const { status, open } = await insist(world, 'GET', `/threads/${id}`);
    if (final.includes(status)) return;
    if (isCancelled && open) {
      await insist(world, 'POST', `/threads/${id}/cancel`, {});
      world.acknowledged.push({ kind: 'cancel', id });
    } else if (status === 'waiting_for_human') await answer(world, id, 'respond', open.call_id);
    else if (status === 'waiting_for_approval') await answer(world, id, 'approve', open.call_id);
    else await sleep(50);
  }
}

async function answer(
  world: World,
  id: string,
  kind: 'respond' | 'approve',
  call_id: string,
): Promise<void> {
  const [path, body] =
    kind === 'respond' ? ['responses', { text: 'that one' }] : ['approvals', { approved: true }];
  const { isLate } = await insist(world, 'POST', `/threads/${id}/${path}`, { call_id, ...body });
  if (!isLate) world.acknowledged.push({ kind, id, call_id });
}

type Told = { id: string; status: string; open: { call_id: string }; isLate?: boolean };

/**
 * Sends it again until the server answers. An answer that is late by now may have been saved before
 * its 202 was lost.
 */
async function insist(
  world: World,
  method: string,
  path: string,
  body?: object,
  key?: string,
): Promise<Told> {
  const headers = { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  for (let tries = 0; ; tries++) {
    try {
      const began = performance.now();
      const response = await fetch(world.url + path, init);
      const told: Told = JSON.parse(await response.text());
      world.latencies.push(performance.now() - began);
      if (response.ok) return told;
      if (response.status === 409 && tries > 0) return { ...told, isLate: true };
      if (response.status !== 503)
        throw new TypeError(`${method} ${path}: ${response.status} ${JSON.stringify(told)}`);
    } catch (error) {
      if (error instanceof TypeError && error.cause === undefined) throw error;
    }
    await sleep(100);
  }
}
