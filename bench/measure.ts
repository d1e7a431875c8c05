import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A process to run: what `node` is given, and where. */
export type Command = {
  /** Another Node than this one. */
  readonly node?: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
};
/** Makes everything ready, untimed, and says what is to run. */
export type Contestant = () => Command | Promise<Command>;
export type Contestants = Readonly<Record<string, Contestant>>;
/** By contestant, one value a round. */
export type Rounds<Name extends string = string> = Readonly<Record<Name, readonly number[]>>;

const preload = fileURLToPath(new URL('./peak.cjs', import.meta.url));

/** Where the measured processes run and write. */
export type Ground = {
  /** The row's own; gone after the run. */
  readonly folder: string;
  readonly rounds: number;
  /** Less work to measure, where that is much. */
  readonly isQuick: boolean;
};

/** Nothing of the machine's own settings. */
const envOf = ({ folder }: Ground): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  TERM: 'dumb',
  ...(process.platform === 'win32' && {
    SystemRoot: process.env['SystemRoot'],
    USERPROFILE: folder,
  }),
});

/** Runs each process once a round, one after the other, after one round that does not count. ms from start to end. */
export async function raceProcesses<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  ground: Ground,
): Promise<Rounds<Name>> {
  return race(contestants, ground.rounds, (command) => runProcess(command, ground).ms);
}

/** Peak memory of the largest process that each one starts, itself included, in MiB; the most of three runs. */
export async function peaks<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  ground: Ground,
): Promise<Readonly<Record<Name, number>>> {
  const file = join(ground.folder, 'peaks');
  const extra = { NODE_OPTIONS: `--require=${preload}`, BENCH_PEAK_FILE: file };
  const all = await race(contestants, Math.min(3, ground.rounds), (command) => {
    rmSync(file, { force: true });
    runProcess(command, ground, extra);
    return Math.max(...readFileSync(file, 'utf8').trim().split('\n').map(Number)) / 1024;
  });
  return mapValues(all, (values) => Math.max(...values));
}

/** What each process prints as JSON, once a round. */
export async function askProcesses<Name extends string, Told>(
  contestants: Readonly<Record<Name, Contestant>>,
  ground: Ground,
): Promise<Readonly<Record<Name, readonly Told[]>>> {
  return race(
    contestants,
    ground.rounds,
    (command) => JSON.parse(runProcess(command, ground).stdout) as Told,
    0,
  );
}

/** Interleaved; the order turns each round, so that nobody always runs after the same one. */
export async function race<Name extends string, Ready, Value>(
  contestants: Readonly<Record<Name, () => Ready | Promise<Ready>>>,
  rounds: number,
  run: (ready: Ready) => Value | Promise<Value>,
  warmups = 1,
): Promise<Readonly<Record<Name, readonly Value[]>>> {
  const names = Object.keys(contestants) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    Value[]
  >;
  for (let round = 0; round < rounds + warmups; round++) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const value = await run(await contestants[name]());
      if (round >= warmups) values[name].push(value);
    }
  }
  return values;
}

/** Runs Node to its end. @throws if it fails */
export function runProcess(
  { node = process.execPath, args, cwd, env: own }: Command,
  ground: Ground,
  extra: NodeJS.ProcessEnv = {},
) {
  const began = performance.now();
  const env = { ...envOf(ground), ...own, ...extra };
  const { status, stdout, stderr, error } = spawnSync(node, args, { cwd, env, encoding: 'utf8' });
  const ms = performance.now() - began;
  if (status !== 0)
    throw new Error(
      `node ${args.join(' ')} ended with ${status}:\n${error ?? ''}${stderr}${stdout}`,
    );
  return { ms, stdout };
}

/** The same keys with other values. */
export function mapValues<Name extends string, From, To>(
  record: Readonly<Record<Name, From>>,
  map: (value: From, name: Name) => To,
): Record<Name, To> {
  const entries = (Object.entries(record) as [Name, From][]).map(([name, value]) => [
    name,
    map(value, name),
  ]);
  return Object.fromEntries(entries) as Record<Name, To>;
}
