import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Event } from '../../../registry/agent/core/event.ts';
import { load, type Store, type ThreadInfo } from '../../../registry/agent/core/store.ts';
import type { Address } from '../../support/generated/open-store.ts';
import { startChild } from './child.ts';
import type { Orders, Told } from './play.ts';
import { next, type Effect, type Order } from './script.ts';

/**
 * Where a process is killed, if it is: at a point that it passes, counted from 0, or some ms after
 * its first word.
 */
export type Kill = { readonly at?: number; readonly afterMs?: number };

export type Plan = {
  readonly thread: string;
  /** One process after the other; the last one lives on. */
  readonly kills: readonly Kill[];
  /** Whether each process that goes on has a second one beside it. */
  readonly hasRival: boolean;
};

/** Everything that was seen of a thread, from outside. */
export type Played = {
  readonly acknowledged: readonly { readonly version: number; readonly event: string }[];
  readonly events: readonly Event[];
  readonly listed: ThreadInfo | undefined;
  /** The state in which the last process saw it, as JSON. */
  readonly seen: string;
  readonly effects: readonly Effect[];
  readonly kills: readonly string[];
  /** The points that the last process passed. */
  readonly points: readonly string[];
  readonly complaints: readonly string[];
};

export type Stage = {
  /** The script that plays, and what it wants to know before its orders. */
  readonly command: readonly string[];
  readonly address: Address;
  /** A connection of this process. */
  readonly store: Store;
  /** The folder for what tools leave. */
  readonly folder: string;
};

const MOST_ORDERS = 100;
/** Past every lease that a dead process can hold. */
const LEASE_MS = 60_000;

type Notes = {
  acknowledged: { version: number; event: string }[];
  kills: string[];
  complaints: string[];
};

/** What one process came to: killed, or done with the thread. */
type Life = {
  readonly points: readonly string[];
  readonly seen: string;
  readonly aheadMs: number;
  readonly isOver: boolean;
};

/** Plays a thread to its end, killing the processes that play it as planned. */
export async function playThrough(
  stage: Stage,
  { thread, kills, hasRival }: Plan,
): Promise<Played> {
  const { address, folder, store } = stage;
  const effects = join(folder, `${thread}.effects`);
  const notes: Notes = { acknowledged: [], kills: [], complaints: [] };
  let life: Life = { points: [], seen: '', aheadMs: 0, isOver: false };
  for (const [turn, kill] of [...kills, {}].entries()) {
    const isRace = turn > 0 && hasRival;
    const orders = { address, thread, effects, aheadMs: life.aheadMs + (isRace ? LEASE_MS : 0) };
    const rival = isRace ? runRival(stage, orders, notes) : undefined;
    life = await live(stage, orders, { kill, rival, notes });
    if (life.isOver) break;
  }
  const [listed] = await store.list({ after: thread.slice(0, thread.indexOf('-')), limit: 1 });
  const { events } = await load(store, thread);
  return { ...notes, ...life, events, listed, effects: await readEffects(effects) };
}

type Fate = {
  readonly kill: Kill;
  readonly rival: Promise<void> | undefined;
  readonly notes: Notes;
};

/** One process, from its start to its end. */
async function live(stage: Stage, orders: Orders, { kill, rival, notes }: Fate): Promise<Life> {
  const child = startChild<Told>([
    ...stage.command,
    JSON.stringify({ ...orders, stopAt: kill.at }),
  ]);
  let life: Life = { points: [], seen: '', aheadMs: orders.aheadMs, isOver: false };
  let shot: NodeJS.Timeout | undefined;
  let where = kill.afterMs === undefined ? undefined : 'some time';
  for (
    let told = await child.next(), left = MOST_ORDERS;
    told && left > 0;
    told = await child.next()
  ) {
    if (kill.afterMs !== undefined) shot ??= setTimeout(() => child.kill(), kill.afterMs);
    if ('saved' in told) notes.acknowledged.push({ version: told.saved - 1, event: told.event });
    else if ('at' in told) {
      where = told.at;
      child.kill();
    } else {
      await rival;
      const order = await decide(stage, orders, life.aheadMs);
      life = {
        points: told.points,
        seen: told.idle,
        aheadMs: order?.aheadMs ?? life.aheadMs,
        isOver: !order,
      };
      if (order && left > 1) child.tell(order);
      else child.release();
      left -= 1;
    }
  }
  clearTimeout(shot);
  await rival;
  const complaint = (await child.complaint) || (life.isOver || where ? '' : 'it ended by itself');
  if (complaint !== '') notes.complaints.push(complaint);
  else if (!life.isOver && where) notes.kills.push(where);
  return life;
}

/**
 * A second process that goes on with the thread at the same time, until somebody outside has to
 * act.
 */
async function runRival(
  { command }: Stage,
  orders: Orders,
  { acknowledged, complaints }: Notes,
): Promise<void> {
  const child = startChild<Told>([...command, JSON.stringify(orders)]);
  child.release();
  for (let told = await child.next(); told; told = await child.next())
    if ('saved' in told) acknowledged.push({ version: told.saved - 1, event: told.event });
  const complaint = await child.complaint;
  if (complaint !== '') complaints.push(complaint);
}

async function decide(
  { store }: Stage,
  { thread, effects }: Orders,
  aheadMs: number,
): Promise<Order | undefined> {
  return next(await load(store, thread), await readEffects(effects), aheadMs);
}

async function readEffects(path: string): Promise<readonly Effect[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line): Effect => JSON.parse(line));
}
