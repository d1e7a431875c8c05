import { join } from 'node:path';
import { buildPeer, bundleWithDrivers } from '../agents/build.ts';
import { type Cell, measureCell, type Place, type Sizes } from '../engines/measure.ts';
import { type BenchRunner, runners } from '../engines/runners.ts';
import { type Peer, type Peers, toFigures } from '../engines/to-figures.ts';
import type { Figure } from '../figures.ts';
import { type Ground, runProcess } from '../measure.ts';
import { newerNode } from '../newer-node.ts';
import type { Row } from '../row.ts';
import { newCountedPostgres } from '../stores/counted-postgres.ts';
import { openCounter } from '../stores/counter.ts';

const workers = [1, 2, 4];

/** Short threads that one process launches, and that others advance by each runner. */
export const engines: Row = {
  name: 'engines',
  about:
    'threads of one call, launched by one process beside 1, 2 and 4 workers; a model that is a function; ' +
    'PostgreSQL for all; LangGraph runs its threads in one process; with 2 cores, more than 2 processes measure contention',
  peers: ['@langchain/langgraph', '@langchain/langgraph-checkpoint-postgres', 'node'],
  isLong: true,
  async measure(ground) {
    const sizes = sizesFor(ground);
    const database = await newCountedPostgres(ground.folder);
    const counter = openCounter(database.url);
    const threads = { url: database.url, counter };
    try {
      const program = await bundleWithDrivers('engines/process');
      const place: Place = { program, threads, database, sizes };
      const peers = await measurePeers(place, ground);
      const figures: Figure[] = [];
      for (const runner of runners)
        for (const cell of await measureRunner(runner, place, ground))
          figures.push(...toFigures(cell, sizes.threads, peers));
      return figures;
    } finally {
      await counter.close();
      await database.stop();
    }
  },
};

function sizesFor({ isQuick, rounds }: Ground): Sizes {
  if (isQuick) return { bursts: 1, threads: 200, alone: 10, idleMs: 10_000 };
  return { bursts: Math.min(rounds, 3), threads: 1_000, alone: 100, idleMs: 60_000 };
}

async function measureRunner(
  runner: BenchRunner,
  place: Place,
  ground: Ground,
): Promise<readonly Cell[]> {
  const why = runner.missing?.();
  if (why !== undefined) {
    console.error(`  ${runner.name} is left out: ${why}.`);
    return [];
  }
  const engine = await runner.open(place.threads, join(ground.folder, runner.name));
  const cells: Cell[] = [];
  try {
    for (const count of workers) {
      console.error(`  ${runner.name}, ${count} …`);
      cells.push(await measureCell(runner, count, engine, place));
    }
  } finally {
    await engine.stop();
  }
  return cells;
}

const jobs = { LangGraph: 'default', 'LangGraph, durable': 'durable' };

async function measurePeers(place: Place, ground: Ground): Promise<Peers> {
  const program = await buildPeer('langgraph-burst');
  const peers: Record<string, Peer> = {};
  for (const [name, job] of Object.entries(jobs))
    peers[name] = await measurePeer([program, place.threads.url, job], place, ground);
  return peers;
}

/** It warms up with a tenth of the threads. */
async function measurePeer(
  args: readonly string[],
  { threads: { counter }, database, sizes }: Place,
  ground: Ground,
): Promise<Peer> {
  const [statements, cpuMs] = [await counter.statements(), database.cpuMs()];
  const perSecond: number[] = [];
  for (let burst = 0; burst < sizes.bursts; burst++) {
    const command = {
      node: newerNode(),
      args: [...args, String(sizes.threads)],
      cwd: ground.folder,
    };
    perSecond.push(JSON.parse(runProcess(command, ground).stdout).perSecond);
  }
  const played = sizes.bursts * sizes.threads * 1.1;
  return {
    perSecond,
    statements: ((await counter.statements()) - statements) / played,
    databaseCpuMs: (database.cpuMs() - cpuMs) / played,
  };
}
