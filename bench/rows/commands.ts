import { join } from 'node:path';
import { atLeast, atMost, type Bar, type Figure, median, ratio } from '../figures.ts';
import {
  type Contestant,
  type Contestants,
  type Ground,
  mapValues,
  peaks,
  raceProcesses,
} from '../measure.ts';
import type { Row } from '../row.ts';
import { jsrepoAdds, jsrepoVersion, shadcnAdds, shadcnVersion } from '../tool/peers.ts';
import { freshFolder, inBareRepo, inOutdatedRepo, textsOf, tool } from '../tool/project.ts';

type Job = {
  readonly what: string;
  /** How many times as long as the floor it may take. */
  readonly limit: number;
  readonly ours: Contestant;
  readonly peers?: Contestants;
  /** How many times as long shadcn must take. */
  readonly beats?: number;
};

type Jobs = readonly Job[];

const peers = ['shadcn', 'jsrepo'] as const;
const maxMiB = 80;
const updated = 30;

const floor: Contestant = () => ({ args: ['-e', '0'], cwd: process.cwd() });

/** What starts, and does nothing else. */
export const start: Row = row(
  'start',
  '--version and --help; ms of the whole process',
  peers,
  (ground) => [
    {
      what: '--version',
      limit: 2.5,
      ours: () => tool(ground.folder, '--version'),
      peers: { shadcn: shadcnVersion, jsrepo: jsrepoVersion },
    },
    { what: '--help', limit: 2.5, ours: () => tool(ground.folder, '--help') },
  ],
);

/** The same files copied by each. */
export const add: Row = row(
  'add',
  'ms of the whole process, nothing to install',
  peers,
  async (ground) => {
    const [one, all] = [textsOf('errors', ground), textsOf('terminal', ground)];
    const both = async (texts: typeof one) => ({
      shadcn: await shadcnAdds(texts, ground),
      jsrepo: jsrepoAdds(texts, ground),
    });
    return [
      {
        what: `add errors (${Object.keys(one).length} file)`,
        limit: 7,
        ours: inBareRepo(ground, 'add', 'errors', '--no-install'),
        peers: await both(one),
        beats: 5,
      },
      {
        what: `add terminal, with an agent (${Object.keys(all).length} files)`,
        limit: 10,
        ours: inBareRepo(ground, 'add', 'terminal', '--no-install'),
        peers: await both(all),
        beats: 5,
      },
    ];
  },
);

/** A whole project. */
export const create: Row = row('create', 'ms of the whole process', [], ({ folder }) => [
  {
    what: 'create --no-install --no-git',
    limit: 10,
    ours: () =>
      tool(freshFolder(join(folder, 'made')), 'my-agent', '--yes', '--no-install', '--no-git'),
  },
]);

/** What is newer, merged into a repository. */
export const update: Row = row('update', 'ms of the whole process', [], (ground) => [
  {
    what: `update, ${updated} files untouched`,
    limit: 10,
    ours: inOutdatedRepo(false, updated, ground),
  },
  {
    what: `update, ${updated} files edited on both sides`,
    limit: 28,
    ours: inOutdatedRepo(true, updated, ground),
  },
]);

function row(
  name: string,
  about: string,
  needed: readonly string[],
  jobs: (ground: Ground) => Jobs | Promise<Jobs>,
): Row {
  return {
    name,
    about: `${about}; floor: node -e 0`,
    peers: needed,
    async measure(ground) {
      const figures: Figure[] = [];
      for (const job of await jobs(ground)) figures.push(...(await measureJob(job, ground)));
      return figures;
    },
  };
}

async function measureJob(
  { what, limit, ours, peers: others = {}, beats }: Job,
  ground: Ground,
): Promise<readonly Figure[]> {
  const contestants: Contestants = { floor, ours, ...others };
  const times = await raceProcesses(contestants, ground);
  const memory = await peaks(contestants, ground);
  const against = Object.keys(others).map((name) => ({
    value: ratio(times[name] ?? [], times['ours'] ?? []),
    of: `x faster than ${name}`,
    ...(name === 'shadcn' && beats !== undefined && { bar: atLeast(beats) }),
  }));
  const judged = [
    { value: ratio(times['ours'] ?? [], times['floor'] ?? []), of: 'x floor', bar: atMost(limit) },
  ];
  return [
    figure(what, 'ms', mapValues(times, median), [...judged, ...against]),
    figure(`${what}: peak memory`, 'MiB', memory, [peak(memory['ours'], atMost(maxMiB))]),
  ];
}

const peak = (value = Number.NaN, bar: Bar) => ({ value, of: 'MiB', bar });

function figure(
  what: string,
  unit: string,
  { ours = Number.NaN, floor: least = Number.NaN, ...others }: Readonly<Record<string, number>>,
  judged: Figure['judged'],
): Figure {
  return { what, unit, ours, floor: least, peers: others, judged };
}
