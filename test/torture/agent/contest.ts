import { advance } from '../../../registry/agent/core/loop.ts';
import { load, type Store } from '../../../registry/agent/core/store.ts';
import { startChild, type Child } from './child.ts';
import { accounts, judgeRace } from './judge-race.ts';
import type { Place } from './places.ts';
import type { Finish, Heat, Racer, Said } from './racer.ts';
import { victim, type Play } from './victim.ts';

/** Processes that race in one store, and a connection of this process to it. */
export type Track = { readonly store: Store; readonly children: readonly Child<Said>[] };

/**
 * What came of a contest: how many appended something, were refused, and ran a tool, and what is
 * wrong.
 */
export type Result = {
  readonly applied: number;
  readonly refused: number;
  readonly ran: number;
  /** The type of the event that was first, if there was something to settle. */
  readonly first?: string | undefined;
  readonly wrong: readonly string[];
};

/** Starts `processes` of them on a command of `racer.ts`. */
export async function openTrack(
  place: Place,
  command: readonly string[],
  processes: number,
): Promise<Track> {
  const address = JSON.stringify(await place.address('races'));
  const children = Array.from({ length: processes }, () => startChild<Said>([...command, address]));
  return { store: await place.open('races'), children };
}

/** @returns what the processes complained of */
export async function closeTrack({ children }: Track): Promise<string> {
  for (const child of children) child.release();
  return (await Promise.all(children.map(({ complaint }) => complaint))).join('');
}

/** Lets everybody settle the call of one step at once. */
export async function settle(
  track: Track,
  thread: string,
  step: Play,
  racers: readonly Racer[],
): Promise<Result> {
  const script: readonly Play[] = [step, { intent: 'done' }];
  await begin(track.store, thread);
  const agent = victim({ store: track.store, script, now: Date.now, act: async () => undefined });
  const { events: setup, state } = await advance(agent, thread);
  const call = state.open?.call_id ?? '';
  const { runs, ran } = await runHeat(track, { thread, call, script, inTurn: false }, racers);
  const { events } = await load(track.store, thread);
  const wrong = judgeRace({ before: setup.length, call, events, runs, ran });
  return { ...countOf(runs, ran), first: events[setup.length]?.type, wrong };
}

/** Lets every process add its own lines to one thread, each in order. */
export async function append(track: Track, thread: string, linesEach: number): Promise<Result> {
  await begin(track.store, thread);
  const count = linesEach * track.children.length;
  const racers = Array.from({ length: count }, (_, n): Racer => ({ n, does: 'say', by: 'ada' }));
  const { runs, ran } = await runHeat(
    track,
    { thread, call: '', script: [], inTurn: true },
    racers,
  );
  const { events } = await load(track.store, thread);
  const at = track.children.map((_, child) =>
    runs
      .filter(({ n }) => n % track.children.length === child)
      .map(({ appended }) => appended[0]?.version ?? -1),
  );
  const isInOrder = at.every((versions) =>
    versions.every((version, n) => version > (versions[n - 1] ?? 0)),
  );
  const wrong = [
    ...accounts({ before: 1, events, runs }),
    ...(isInOrder ? [] : ['the order was not kept']),
  ];
  if (events.length !== count + 1) wrong.push(`${events.length - 1} lines of ${count} are there`);
  return { ...countOf(runs, ran), wrong };
}

async function begin(store: Store, thread: string): Promise<void> {
  const message = {
    type: 'message',
    channel: 'test',
    from: 'ada',
    text: 'go',
    at: new Date().toISOString(),
  } as const;
  await store.append(thread, 0, message, { status: 'thinking', owner: 'ada' });
}

/**
 * Deals the racers out to the processes, one after the other, and lets them go once all are ready.
 */
async function runHeat(
  { children }: Track,
  heat: Omit<Heat, 'racers'>,
  racers: readonly Racer[],
): Promise<Finish> {
  for (const [index, child] of children.entries())
    child.tell({ ...heat, racers: racers.filter((_, n) => n % children.length === index) });
  await Promise.all(children.map((child) => child.next()));
  for (const child of children) child.tell('go');
  const said = await Promise.all(children.map((child) => child.next()));
  const finishes = said.map((one) => (one === 'ready' ? undefined : one));
  return {
    runs: finishes.flatMap((finish, index) => finish?.runs ?? [died(index)]),
    ran: finishes.flatMap((finish) => finish?.ran ?? []),
  };
}

const died = (n: number) =>
  ({ n, does: 'say', by: '', appended: [], error: `process ${n} ended` }) as const;

const countOf = (runs: Finish['runs'], ran: Finish['ran']) => ({
  applied: runs.filter(({ appended }) => appended.length > 0).length,
  refused: runs.filter(({ refused }) => refused !== undefined).length,
  ran: ran.length,
});
