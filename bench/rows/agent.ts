import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildPeer, bundleOurs, type PeerAgent, peerAgents } from '../agents/build.ts';
import type { Played } from '../agents/play.ts';
import { atMost, excess, type Figure, median, ratio } from '../figures.ts';
import {
  askProcesses,
  type Contestant,
  type Contestants,
  type Ground,
  peaks,
  raceProcesses,
  runProcess,
} from '../measure.ts';
import { home } from '../places.ts';
import type { Row } from '../row.ts';
import { freshFolder, tool } from '../tool/project.ts';

const names = Object.keys(peerAgents) as PeerAgent[];
const packages = Object.values(peerAgents).map((peer) => peer.package);

/** Ten, a hundred and a thousand tool steps in one thread, with a fake model in the same process. */
export const loop: Row = {
  name: 'loop',
  about:
    'CPU ms a step, 2,000 steps after 1,000 to warm up; store-memory; floor: a loop of 20 lines; peers keep nothing',
  peers: packages,
  async measure(ground) {
    // A thousand steps in one thread take some peers minutes.
    const all = await contestants(ground, (program, isPeer) => [
      program,
      '10',
      '100',
      ...(isPeer ? [] : ['1000']),
    ]);
    const played = await askProcesses<string, Played>(all, {
      ...ground,
      rounds: Math.min(ground.rounds, 5),
    });
    const at = (name: string, steps: string) =>
      (played[name] ?? []).map(({ cpu }) => cpu[steps] ?? Number.NaN);
    const toFigure = (
      steps: string,
      peers: readonly PeerAgent[],
      judged: Figure['judged'],
    ): Figure => ({
      what: `${steps} steps`,
      unit: 'ms',
      ours: median(at('ours', steps)),
      floor: median(at('floor', steps)),
      peers: Object.fromEntries(peers.map((name) => [name, median(at(name, steps))])),
      judged,
    });
    const against = (peer: PeerAgent, steps: string, limit: number) => ({
      value: ratio(at('ours', steps), at(peer, steps)),
      of: `x ${peer}`,
      bar: atMost(limit),
    });
    const growth = ratio(at('ours', '1000'), at('ours', '10'));
    return [
      ...['10', '100'].map((steps) =>
        toFigure(steps, names, [against('LangGraph', steps, 0.1), against('AI SDK', steps, 0.5)]),
      ),
      toFigure('1000', [], [{ value: growth, of: 'x of 10 steps', bar: atMost(2) }]),
    ];
  },
};

/** One durable append to a file. */
export const appends: Row = {
  name: 'append',
  about: 'store-file: CPU ms of an append of 300 bytes, on disk before the next; 600 appends',
  peers: [],
  async measure(ground) {
    const program = await bundleOurs('agents/appends', ground.folder);
    const run = () => ({
      args: [program, freshFolder(join(ground.folder, 'threads'))],
      cwd: ground.folder,
    });
    const { ours } = await askProcesses<'ours', number>({ ours: run }, ground);
    const value = median(ours);
    return [
      {
        what: 'one append',
        unit: 'ms',
        ours: value,
        judged: [{ value, of: 'ms', bar: atMost(0.25) }],
      },
    ];
  },
};

/** From nothing to the first line that is printed. */
export const startAgent: Row = {
  name: 'start-agent',
  about:
    'ms over bare node to the first printed line: one step of the fake model; the starter’s own `list`, by adapter',
  peers: packages,
  async measure(ground) {
    const agents = {
      ...(await contestants(ground, (program) => [program, 'start'])),
      node: () => ({ args: ['-e', 'console.log(1)'], cwd: ground.folder }),
    };
    const starters = await Promise.all(models.map((model) => startersWith(model, ground)));
    const times = await raceProcesses<string>(Object.assign({}, agents, ...starters), ground);
    const over = (name: string) => excess(times[name] ?? [], times['node'] ?? []);
    const [major = 0] = process.versions.node.split('.').map(Number);
    const against = (what: string, limit: number) => ({
      value: over(what) / over('AI SDK'),
      of: 'x one step of AI SDK',
      bar: atMost(limit),
    });
    const line = (what: string, limit: number): Figure => ({
      what,
      unit: 'ms',
      ours: over(what),
      judged: [against(what, limit)],
    });
    const memory = await peaks<string>(agents, ground);
    const peers = (figure: (name: string) => number) =>
      Object.fromEntries(names.map((name) => [name, figure(name)]));
    const peak = (name: string) => memory[name] ?? Number.NaN;
    return [
      {
        what: 'one step',
        unit: 'ms',
        ours: over('ours'),
        floor: over('floor'),
        peers: peers(over),
        judged: [against('ours', 0.2)],
      },
      {
        what: 'one step: peak memory',
        unit: 'MiB',
        ours: peak('ours'),
        floor: peak('floor'),
        peers: peers(peak),
        judged: [],
      },
      ...models.flatMap((model) => [
        line(bundled(model), 0.35),
        line(asSource(model), major >= 22 ? 0.8 : 2.2),
      ]),
    ];
  },
};

/** The floor, ours and each peer as a program of its own. */
async function contestants(
  ground: Ground,
  toArgs: (program: string, isPeer: boolean) => readonly string[],
): Promise<Contestants> {
  const run =
    (program: string, isPeer: boolean): Contestant =>
    () => ({ args: toArgs(program, isPeer), cwd: ground.folder });
  const { folder } = ground;
  const peers = await Promise.all(
    names.map(async (name) => [name, run(await buildPeer(peerAgents[name].file), true)] as const),
  );
  return {
    floor: run(await bundleOurs('agents/bare', folder), false),
    ours: run(await bundleOurs('agents/ours', folder), false),
    ...Object.fromEntries(peers),
  };
}

/** The default, which chooses among all of them, and each alone. */
const models = ['choose', 'anthropic', 'openai', 'openai-compatible'] as const;
type Name = (typeof models)[number];
const bundled = (model: Name) =>
  model === 'choose' ? 'the starter, bundled' : `with ${model}, bundled`;
const asSource = (model: Name) =>
  model === 'choose' ? 'the starter, as source' : `with ${model}, as source`;

async function startersWith(model: Name, ground: Ground): Promise<Contestants> {
  const cwd = starter(model, ground);
  const bundle = await bundleStarter(cwd);
  return {
    [bundled(model)]: () => ({ args: [bundle, 'list'], cwd }),
    [asSource(model)]: () => ({ args: ['start.js', 'list'], cwd }),
  };
}

/** The starter as `create` makes it, with our own installed packages. */
function starter(model: Name, ground: Ground): string {
  const place = freshFolder(join(ground.folder, `starter-${model}`));
  runProcess(
    tool(place, 'my-agent', '--model', model, '--yes', '--no-install', '--no-git'),
    ground,
  );
  const project = join(place, 'my-agent');
  symlinkSync(join(home, 'node_modules'), join(project, 'node_modules'), 'junction');
  return project;
}

/** As the starter's `npm run build` does. */
async function bundleStarter(project: string): Promise<string> {
  const outfile = join(project, 'dist/agent.cjs');
  const entryPoints = [join(project, 'src/agent/terminal/main.ts')];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
  });
  return outfile;
}
