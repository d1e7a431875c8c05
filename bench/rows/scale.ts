import { join } from 'node:path';
import { withRunLock, transact } from '../../src/io/transaction/transaction.ts';
import { atMost, median, ratio } from '../figures.ts';
import { mapValues, race, raceProcesses } from '../measure.ts';
import type { Row } from '../row.ts';
import { shadcnAdds } from '../tool/peers.ts';
import { freshFolder, type Texts } from '../tool/project.ts';

const [few, many] = [50, 1_000];
const signal = new AbortController().signal;

/** A registry may have 500 files at most, so the transaction is measured, which is what grows with them. */
export const scale: Row = {
  name: 'scale',
  about: `${many} new files against ${few}; ours: the transaction alone, in one process; shadcn: the whole process`,
  peers: ['shadcn'],
  async measure(ground) {
    const { folder, rounds } = ground;
    const write = (count: number) => () => ({ root: freshFolder(join(folder, 'written')), count });
    const ours = await race({ few: write(few), many: write(many) }, rounds, timeTransaction);
    const peer = {
      few: await shadcnAdds(texts(few), ground),
      many: await shadcnAdds(texts(many), ground),
    };
    const theirs = await raceProcesses(peer, { ...ground, rounds: Math.min(rounds, 3) });
    const [own, others] = [mapValues(ours, median), mapValues(theirs, median)];
    const growth = { value: ratio(ours.many, ours.few), of: `x of ${few} files`, bar: atMost(25) };
    const growths = { value: ratio(theirs.many, theirs.few), of: `x of ${few} files for shadcn` };
    return [
      {
        what: `${few} files`,
        unit: 'ms',
        ours: own.few,
        peers: { shadcn: others.few },
        judged: [],
      },
      {
        what: `${many} files`,
        unit: 'ms',
        ours: own.many,
        peers: { shadcn: others.many },
        judged: [growth, growths],
      },
    ];
  },
};

async function timeTransaction({
  root,
  count,
}: {
  readonly root: string;
  readonly count: number;
}): Promise<number> {
  const writes = Object.entries(texts(count)).map(([path, text]) => ({
    path,
    before: undefined,
    content: text,
  }));
  const began = performance.now();
  await withRunLock(root, () => transact(root, 'add', writes, { signal }));
  return performance.now() - began;
}

function texts(count: number): Texts {
  const text = '// A line of a usual length, as there are in source files.\n'.repeat(50);
  const names = Array.from({ length: count }, (_, at) => `part-${at % 20}/file-${at}.ts`);
  return Object.fromEntries(names.map((name) => [name, text]));
}
