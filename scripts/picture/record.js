import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const columns = 80;
const timeoutMs = 60_000;

/**
 * Text in one colour that starts at a column. `colour` is the terminal's number for the colour.
 * @typedef {{ readonly column: number, readonly text: string, readonly colour: number | undefined, readonly dim: boolean }} Run
 * @typedef {readonly Run[]} Row
 * @typedef {{ readonly cwd: string, readonly env: Record<string, string> }} Place
 */

/**
 * Runs a command in a terminal, and returns the rows that the terminal shows at the end. With
 * `steps`, waits for each text and presses its keys, then kills the command after the last step.
 * @param {readonly [string, ...string[]]} command
 * @param {Place} place
 * @param {readonly { see: string, press?: string }[]} [steps]
 * @returns {Promise<readonly Row[]>}
 */
export async function record([program, ...args], { cwd, env }, steps = []) {
  const terminal = new xterm.Terminal({ cols: columns, rows: 60, allowProposedApi: true });
  const child = spawn(program, args, { cwd, env, cols: columns, rows: 60, name: 'xterm-256color' });
  let written = Promise.resolve();
  child.onData((data) => {
    written = new Promise((done) => terminal.write(data, done));
  });
  const exit = new Promise((done) => child.onExit(() => done(undefined)));
  for (const { see, press } of steps) {
    await until(() => rowsOf(terminal).some((row) => textOf(row).includes(see)), see);
    if (press !== undefined) child.write(press);
  }
  if (steps.length > 0) child.kill('SIGKILL');
  await exit;
  await written;
  return rowsOf(terminal);
}

/** @param {Row} row */
export const textOf = (row) => row.reduce((text, run) => text.padEnd(run.column) + run.text, '');

/**
 * @param {() => boolean} isThere
 * @param {string} what
 */
async function until(isThere, what) {
  const deadline = Date.now() + timeoutMs;
  while (!isThere()) {
    if (Date.now() > deadline) throw new Error(`The terminal never showed "${what}".`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/**
 * @param {InstanceType<typeof xterm.Terminal>} terminal
 * @returns {readonly Row[]}
 */
function rowsOf({ buffer: { active } }) {
  return Array.from({ length: active.length }, (_, y) => {
    /** @type {{ column: number, text: string, colour: number | undefined, dim: boolean }[]} */
    const runs = [];
    const line = active.getLine(y);
    for (let column = 0; column < columns; column++) {
      const cell = line?.getCell(column);
      const text = cell?.getChars() || ' ';
      const colour = cell?.isFgPalette() ? cell.getFgColor() : undefined;
      const dim = cell?.isDim() === 1 || (cell?.isDim() ?? 0) > 0;
      const last = runs.at(-1);
      if (last && last.colour === colour && last.dim === dim) last.text += text;
      else runs.push({ column, text, colour, dim });
    }
    return runs
      .map((run) => ({ ...run, text: run.text.trimEnd() }))
      .filter(({ text }) => text !== '');
  });
}
