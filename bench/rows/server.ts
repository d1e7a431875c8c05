import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { newPostgres } from '../../test/support/generated/database-servers.ts';
import {
  startServed,
  writeServed,
  type Env,
  type Started,
} from '../../test/support/generated/served-agent.ts';
import { type Figure, median } from '../figures.ts';
import { benchFolder } from '../places.ts';
import type { Row } from '../row.ts';
import { load, type Load } from '../server/load.ts';

const [LOAD_MS, WARM_MS] = [2_000, 500];
const init = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"message":"[]"}',
};

/** The server and its client are processes of their own; each launched thread is also worked on meanwhile. */
export const server: Row = {
  name: 'server',
  about:
    'requests/s, 16 at once, over HTTP; floor: node:http with the same JSON, which saves nothing and runs nothing',
  peers: [],
  async measure({ folder, rounds }) {
    const project = writeServed(join(folder, 'served'));
    copyFileSync(join(benchFolder, 'server/bare.cjs'), join(project, 'bare.cjs'));
    const database = await newPostgres(folder);
    await database.start();
    const hasSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined;
    const stores: Record<string, Env> = {
      file: { STORE: 'file', THREADS: join(folder, 'threads') },
      ...(hasSqlite && { sqlite: { STORE: 'sqlite', THREADS: join(folder, 'threads.db') } }),
      postgres: { STORE: 'postgres', THREADS: 'bench', DATABASE_URL: database.url },
    };
    try {
      const floor = await measure(await startServed(project, {}, 'bare.cjs'), rounds);
      const figures: Figure[] = [];
      for (const [name, env] of Object.entries(stores))
        figures.push(
          ...toFigures(name, await measure(await startServed(project, env), rounds), floor),
        );
      return figures;
    } finally {
      await database.stop();
    }
  },
};

type Measured = { readonly launch: readonly Load[]; readonly get: readonly Load[] };

async function measure({ url, child, ended }: Started, rounds: number): Promise<Measured> {
  const launch = async () => fetch(`${url}/threads`, init);
  const { id } = JSON.parse(await (await launch()).text());
  const get = async () => fetch(`${url}/threads/${id}`);
  const measured: { launch: Load[]; get: Load[] } = { launch: [], get: [] };
  await load(launch, 202, WARM_MS);
  await load(get, 200, WARM_MS);
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    measured.get.push(await load(get, 200, LOAD_MS));
    measured.launch.push(await load(launch, 202, LOAD_MS));
  }
  child.kill();
  await ended;
  return measured;
}

function toFigures(store: string, ours: Measured, floor: Measured): Figure[] {
  const of = (loads: readonly Load[], key: keyof Load) => median(loads.map((one) => one[key]));
  return (['launch', 'get'] as const).flatMap((what) => [
    {
      what: `${what}, ${store}`,
      unit: '/s',
      ours: of(ours[what], 'perSecond'),
      floor: of(floor[what], 'perSecond'),
      judged: [
        { value: of(ours[what], 'p50'), of: 'ms p50' },
        { value: of(ours[what], 'p99'), of: 'ms p99' },
      ],
    },
  ]);
}
