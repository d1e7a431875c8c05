import { median } from '../figures.ts';
import type { Open, Sizes } from './bench-store.ts';
import { openFile } from './file.ts';
import { appends, event, filledId, index, newId, paused, threadRunner, waiting } from './job.ts';
import { openMemory } from './memory.ts';
import { type Speed, times, timeThreads } from './play.ts';
import { openPostgres } from './postgres.ts';
import { openRedis } from './redis.ts';
import { openSqlite } from './sqlite.ts';

/** The results of one process, in ms. */
export type Measured = {
  readonly append: number;
  readonly bareAppend: number;
  readonly sixty: number;
  readonly bareSixty: number;
  readonly load: number;
  readonly list: number;
  /** Threads of twenty steps, and of one. */
  readonly long: Speed;
  readonly short: Speed;
};

const openers: Readonly<Record<string, Open>> = {
  memory: openMemory,
  file: openFile,
  sqlite: openSqlite,
  postgres: openPostgres,
  redis: openRedis,
};
const threads = 20;
const loads = 200;
const lists = 5;
const sized = 100;

const [kind = '', address = '', job = '', filled = ''] = process.argv.slice(2);
const open = openers[kind];
if (open === undefined) throw new Error(`There is no store ${kind}.`);

switch (job) {
  case 'fill':
    await fill(open);
    break;
  case 'bytes':
    console.log(JSON.stringify(await bytesOfThread(open)));
    break;
  default:
    console.log(JSON.stringify(await measure(open)));
}

async function fill(open: Open): Promise<void> {
  const { fill, close } = open(address, 'filled');
  await fill(Number(filled));
  await close();
}

/** Measures the bytes of a thread of twenty steps, in a store with a hundred of them. */
async function bytesOfThread(open: Open): Promise<Sizes> {
  const { store, sizes, close } = open(address, 'sized');
  await store.load('makes-the-tables');
  const before = await sizes();
  const run = threadRunner(store);
  for (let thread = 0; thread < sized; thread++) await run();
  const { bytes, tidied } = await sizes();
  await close();
  const each = (grown: number) => (grown - (before.tidied ?? before.bytes)) / sized;
  return { bytes: each(bytes), ...(tidied !== undefined && { tidied: each(tidied) }) };
}

async function measure(open: Open): Promise<Measured> {
  const { store, listed = store, writeBare, fill, close } = open(address, 'filled');
  if (kind === 'memory') await fill(Number(filled));
  const text = JSON.stringify(event);
  const long = await timeThreads(threadRunner(store));
  const short = await timeThreads(threadRunner(store, 1));
  const [ours, bare]: [number[][], number[][]] = [[], []];
  for (let thread = 0; thread < threads; thread++) {
    const id = newId();
    ours.push(await times(appends, (version) => store.append(id, version, event, index)));
    bare.push(await times(appends, () => writeBare(text)));
  }
  const pick = () => filledId(Math.floor(Math.random() * Number(filled)));
  const loadOne = async () => check((await store.load(pick())).length, appends);
  const listAll = async () =>
    check((await listed.list({ status: paused.status, limit: waiting })).length, waiting);
  const [load, list] = [median(await times(loads, loadOne)), median(await times(lists, listAll))];
  await close();
  return {
    append: median(ours.flat()),
    bareAppend: median(bare.flat()),
    sixty: median(ours.map(sum)),
    bareSixty: median(bare.map(sum)),
    load,
    list,
    long,
    short,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

/** @throws if the store found another number than the job needs */
function check(found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`There should be ${wanted}, not ${found}.`);
}
