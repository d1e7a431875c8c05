import {
  allFaults,
  doubleFaults,
  openBench,
  recoveryFaults,
  type Setting,
} from './fault-points.ts';
import { eachCase, openCounter, shuffled, type Row, type Share, type Tally } from '../row.ts';

const settings: readonly (readonly [string, Setting])[] = [
  ['one disk', {}],
  ['two disks', { mount: 'src/agent' }],
  ['a new root', { fresh: true }],
];
const twiceEach = 12;

/**
 * One transaction in a process of its own, with every fault at every call, and with two of them.
 */
export const benches: Row = {
  name: 'transaction',
  about: 'every fault at every call of one transaction',
  bar: '0 half-written',
  weight: 1,
  run,
  judge: ({ figures }) => ({
    result: Object.entries(figures)
      .map(([name, value]) => `${value} ${name}`)
      .join(', '),
    missed: [],
  }),
};

async function run(share: Share): Promise<Tally> {
  const { add, fail, tally } = openCounter();
  const opened = await Promise.all(
    settings.map(async ([name, setting]) => ({ name, bench: await openBench(setting) })),
  );
  try {
    const all = opened.flatMap(({ name, bench }) =>
      [...allFaults(bench.calls.length), ...twice(bench.calls)].map((faults) => ({
        name,
        bench,
        faults,
      })),
    );
    const order = shuffled(all, share.seed);
    const count = await eachCase(share, all.length, async (n) => {
      const one = order[n];
      if (!one) return;
      const { said, wrong } = await one.bench.attempt(one.faults);
      add(
        said.startsWith('killed') || said === 'done'
          ? said
          : /Some files/.test(said)
            ? 'left'
            : 'refused',
      );
      if (wrong !== undefined) fail(`case ${n}: ${one.name}, ${one.faults}: ${wrong}`);
    });
    return tally(count);
  } finally {
    await Promise.all(opened.map(({ bench }) => bench.close()));
  }
}

/** A second fault while the first one is taken back, or while the next run recovers. */
function twice(calls: readonly string[]): readonly string[] {
  const commit = calls.findIndex((call) => call.endsWith('-> .12-factor/tmp/journal.json'));
  const after = Array.from({ length: calls.length - commit }, (_, n) => commit + 2 + n);
  return after.flatMap((first) => [
    ...doubleFaults(first, twiceEach),
    ...recoveryFaults(first, twiceEach),
  ]);
}
