import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileStore } from '../../../registry/agent/store/file.ts';
import { postgresStore } from '../../../registry/agent/store/postgres.ts';
import type { Store } from '../../../registry/agent/core/store.ts';
import { freePort, newPostgres } from '../../support/generated/database-servers.ts';
import { startServed, writeServed, type Started } from '../../support/generated/served-agent.ts';
import { growth, heldSince, mbOf, tellsHeap, type Sample } from './memory.ts';
import { play, type Acknowledged, type World } from './play.ts';
import { verify } from './verify.ts';

const KILL_EVERY_MS = 45_000;
/**
 * The last part of the time without kills, in which memory has to stay flat: MB a minute, once it
 * is warm.
 */
const [CALM, WARM_MS, MOST_GROWTH] = [0.4, 60_000, 0.5];
const PLAYERS = 48;
const DRAIN_MS = 300_000;

/** Runs it all, and prints what was seen. @returns whether everything held */
export async function soak(minutes: number, kind: string): Promise<boolean> {
  const root = mkdtempSync(join(tmpdir(), 'soak-'));
  chmodSync(root, 0o755);
  const place = kind === 'file' ? inFiles(root) : await inPostgres(root);
  const port = await freePort();
  const heap = join(root, 'heap');
  const effectsFile = join(root, 'effects');
  const env = {
    PORT: String(port),
    EFFECTS: effectsFile,
    TOOL_MS: '5',
    MODEL_MS: '5',
    UNKNOWN: 'ask_human',
  };
  const folder = writeServed(join(root, 'agent'));
  const start = async () => startServed(folder, { ...place.env, ...env, ...tellsHeap(heap) });
  const world: World = {
    url: `http://127.0.0.1:${port}`,
    acknowledged: [],
    isOver: false,
    latencies: [],
  };
  const players = Array.from({ length: PLAYERS }, (_, n) => play(world, n));
  const last = await liveThrough(minutes * 60_000, start);
  world.isOver = true;
  const drained = await Promise.race([
    Promise.all(players).then(() => true),
    sleep(DRAIN_MS, false),
  ]);
  const effects = existsSync(effectsFile)
    ? readFileSync(effectsFile, 'utf8').trim().split('\n')
    : [];
  const wrong = await verify(place.store, world.acknowledged, effects);
  if (!drained) wrong.push('some threads did not end');
  tell(world, last, effects, minutes);
  wrong.push(...tellHeap(heldSince(heap, last.bornAt + WARM_MS)));
  last.server.child.kill();
  const code = await last.server.ended;
  if (code !== 0) wrong.push(`SIGTERM ended it with ${code}: ${last.server.err()}`);
  await place.stop();
  rmSync(root, { recursive: true, force: true });
  for (const line of wrong.slice(0, 20)) console.log(`WRONG ${line}`);
  console.log(wrong.length === 0 ? 'Everything held.' : `${wrong.length} wrong.`);
  return wrong.length === 0;
}

type Lived = {
  readonly server: Started;
  readonly bornAt: number;
  readonly samples: readonly Sample[];
  readonly kills: number;
};

/** Kills the server every so often, and starts another; the last one lives on. */
async function liveThrough(ms: number, start: () => Promise<Started>): Promise<Lived> {
  const began = Date.now();
  const calmFrom = began + ms * (1 - CALM);
  for (let kills = 0; ; kills++) {
    const server = await start();
    const bornAt = Date.now();
    const isLast = bornAt + KILL_EVERY_MS > calmFrom;
    const until = isLast ? began + ms : bornAt + KILL_EVERY_MS;
    const samples: Sample[] = [];
    while (Date.now() < until) {
      await sleep(1_000);
      samples.push({ at: Date.now(), mb: mbOf(server.child.pid) });
    }
    console.log(
      `server ${kills + 1}: ${Math.round((until - bornAt) / 1000)} s, ` +
        `RSS ${samples[9]?.mb} MB after 10 s, ` +
        `${samples.at(-1)?.mb} MB at the end`,
    );
    if (isLast) return { server, bornAt, samples, kills };
    server.child.kill('SIGKILL');
    await server.ended;
  }
}

function tell(
  { acknowledged, latencies }: World,
  { samples, kills }: Lived,
  effects: readonly string[],
  minutes: number,
) {
  const count = (kind: Acknowledged['kind']) =>
    acknowledged.filter((one) => one.kind === kind).length;
  const kinds = (['launch', 'respond', 'approve', 'cancel'] as const).map(
    (kind) => `${count(kind)} ${kind}`,
  );
  const sorted = latencies.toSorted((a, b) => a - b);
  const p = (share: number) => `${sorted[Math.floor(sorted.length * share)]?.toFixed(1)} ms`;
  console.log(
    `${minutes} minutes, ${kills} kills; acknowledged: ` +
      `${kinds.join(', ')}; ${effects.length} tool runs`,
  );
  console.log(`${sorted.length} answers in a POST or GET: p50 ${p(0.5)}, p99 ${p(0.99)}`);
  console.log(
    `RSS without kills: ${inWords(growth(samples.slice(Math.floor(samples.length / 4))))}`,
  );
}

/** @returns what is wrong with it */
function tellHeap(samples: readonly Sample[]): readonly string[] {
  if (samples.length < 6)
    return [`there were ${samples.length} samples of a warm heap: give it more minutes`];
  const held = growth(samples);
  console.log(`heap after garbage collections: ${inWords(held)}`);
  return held.slope > MOST_GROWTH ? [`the heap grew by ${held.slope.toFixed(2)} MB a minute`] : [];
}

const inWords = ({ from, to, slope }: ReturnType<typeof growth>): string =>
  `${from.toFixed(1)} to ${to.toFixed(1)} MB, ${slope.toFixed(2)} MB a minute`;

type Place = { readonly env: Record<string, string>; readonly store: Store; stop(): Promise<void> };

function inFiles(root: string): Place {
  const threads = join(root, 'threads');
  return {
    env: { STORE: 'file', THREADS: threads },
    store: fileStore(threads),
    stop: async () => {},
  };
}

async function inPostgres(root: string): Promise<Place> {
  const database = await newPostgres(root);
  await database.start();
  const store = postgresStore(database.url, 'soak');
  const stop = async () => {
    await store.close();
    await database.stop();
  };
  return { env: { STORE: 'postgres', THREADS: 'soak', DATABASE_URL: database.url }, store, stop };
}
