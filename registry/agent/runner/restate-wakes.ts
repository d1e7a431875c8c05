import { connect, Opts, SendOpts, type IngressSendOptions } from '@restatedev/restate-sdk-clients';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunnerHost } from '../core/agent.ts';
import type { Wake } from './advance-woken.ts';
import { dueSearch } from './due-search.ts';
import { reported } from './restate-endpoint.ts';
import { wakeSender } from './wake-sender.ts';

/** ms between two searches for due threads, of all processes together. */
const SEARCH_MS = 5_000;
/**
 * ms in which a thread that stays due is woken once. Restate may remember a key for an hour longer
 * than it is told to, so the key has the time in it.
 */
const DUE_SLOT_MS = 300_000;
const SEND_MS = 10_000;
const SENDS_AT_ONCE = 32;

/** The names of the services of an agent. */
export type ServiceNames = { readonly threads: string; readonly search: string };

type Send = Pick<IngressSendOptions<Wake>, 'idempotencyKey' | 'delay'>;

/** Sends wakes to Restate, at the address `url`. */
export function restateWakes(url: string, { threads, search }: ServiceNames, host: RunnerHost) {
  const restate = connect({ url });

  async function send(wake: Wake, settings: Send = {}): Promise<void> {
    const opts = SendOpts.from<Wake>({ ...settings, timeout: SEND_MS });
    const to = { service: threads, handler: 'advance', key: wake.id };
    await restate.send({ ...to, parameter: wake, opts });
  }

  /** Failures of a thread in the same wait are one wake, and Restate runs it beside no other. */
  async function wakeAgain({ id, owner, failures = 0 }: Wake, delay: number): Promise<void> {
    const wake = { id, owner, failures };
    if (delay === 0) return await send(wake);
    const idempotencyKey = `${id}:again:${delay}:${slotOf(delay)}`;
    await send(wake, { delay, idempotencyKey });
  }

  const due: { readonly found: Wake; readonly idempotencyKey: string }[] = [];
  const findDue = dueSearch(host, (id, owner, thread) => {
    const idempotencyKey = `${id}:${thread.version}:${thread.due}:${slotOf(DUE_SLOT_MS)}`;
    due.push({ found: { id, owner }, idempotencyKey });
  });
  const wakeDue = reported(host, 'The due threads cannot be woken', async () => {
    await findDue();
    await forEach(due.splice(0), ({ found, ...key }) => send(found, key));
  });

  async function callSearch(slot: number): Promise<void> {
    const opts = Opts.from<undefined, unknown>({ idempotencyKey: `${slot}`, signal: host.signal });
    const to = { service: search, handler: 'search', key: 'all' };
    await restate.call({ ...to, parameter: undefined, opts });
  }

  /** Has Restate start a search in each slot of time. All processes wait until it ends. */
  async function searchRegularly(): Promise<void> {
    const { signal, everyMs = SEARCH_MS } = host;
    // No timer can wait for longer.
    if (everyMs >= 2 ** 31) return;
    const problem = 'Restate starts no search for due threads';
    const call = reported(host, problem, () => callSearch(slotOf(everyMs)));
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
      await call();
    }
  }

  const kept = wakeSender((wakes) => forEach(wakes, send), host);
  return { ...kept, wakeAgain, wakeDue, searchRegularly };
}

/** The number of a stretch of time: the same in all processes. */
const slotOf = (ms: number) => Math.floor(Date.now() / ms);

/** Does some of the work at the same time. @throws the first error; the other work goes on */
async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const workers = Array.from({ length: SENDS_AT_ONCE }, async () => {
    for (const item of rest) await work(item);
  });
  await Promise.all(workers);
}
