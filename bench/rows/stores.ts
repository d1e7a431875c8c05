import { buildPeer, bundleWithDrivers } from '../agents/build.ts';
import { askProcesses, type Command, type Ground, runProcess } from '../measure.ts';
import type { Row } from '../row.ts';
import type { Sizes } from '../stores/bench-store.ts';
import { appends, waiting } from '../stores/job.ts';
import type { Measured } from '../stores/ours.ts';
import { type Place, places } from '../stores/places.ts';
import type { Speed } from '../stores/play.ts';
import { type Results, toFigures } from '../stores/to-figures.ts';

const events = { all: 2_000_000, quick: 20_000 };

/** Threads of sixty events, so that there are as many as wanted with those that wait. */
const threadsFor = (wanted: number): number => Math.ceil((wanted - waiting) / appends);

/** A row for each store. */
export const stores: readonly Row[] = places.map((place) => ({
  name: `store-${place.kind}`,
  about: `an event has 300 bytes; ${place.mostThreads ? '20,000' : '2 M (with --quick 20,000)'} are there before; floor: ${place.floor}`,
  peers: [
    ...(place.peer ? ['@langchain/langgraph', place.peer] : []),
    ...(place.node ? ['node'] : []),
  ],
  ...(place.absent && { absent: place.absent }),
  async measure(ground) {
    const server = await place.start(ground.folder);
    try {
      return toFigures(place, await run(place, server.url, ground));
    } finally {
      await server.stop();
    }
  },
}));

async function run(place: Place, url: string, ground: Ground): Promise<Results> {
  const threads = Math.min(
    place.mostThreads ?? Infinity,
    threadsFor(ground.isQuick ? events.quick : events.all),
  );
  const node = place.node?.();
  const program = await bundleWithDrivers('stores/ours');
  const command = (program: string, ...args: readonly string[]): Command => ({
    ...(node && { node }),
    args: [program, place.kind, url, ...args],
    cwd: ground.folder,
  });
  const ask = <Told>(asked: Command): Told => JSON.parse(runProcess(asked, ground).stdout);
  const sizes = ask<Sizes>(command(program, 'bytes'));
  if (place.kind !== 'memory') runProcess(command(program, 'fill', String(threads)), ground);
  const few = { ...ground, rounds: Math.min(ground.rounds, 3) };
  const ours = () => command(program, 'measure', String(threads));
  if (place.peer === undefined)
    return { sizes, ...(await askProcesses<'ours', Measured>({ ours }, few)) };
  const peer = await buildPeer('langgraph-checkpoints');
  const told = await askProcesses<string, Measured | Speed>(
    { ours, peer: () => command(peer, 'default'), durable: () => command(peer, 'durable') },
    few,
  );
  const [speeds, durable] = [told['peer'] as Speed[], told['durable'] as Speed[]];
  const theirs = { speeds, durable, sizes: ask<Sizes>(command(peer, 'bytes')) };
  return { ours: told['ours'] as Measured[], sizes, peer: theirs };
}
