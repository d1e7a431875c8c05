import { execa } from 'execa';

/** The environment without the variables of an outer npm, which would configure an inner one. */
const plainEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE_ENV$|VITEST)/i.test(name)),
);

/**
 * Prints a command, runs it, and prints its output. Rejects unless it ends with `exitCode`.
 * @param {string} cwd
 * @param {readonly [string, ...string[]]} command
 * @param {{ exitCode?: number }} [expected]
 */
export async function run(cwd, [program, ...args], { exitCode = 0 } = {}) {
  const shown = args.map((arg) => (/[^\w./:@=-]/.test(arg) ? `"${arg}"` : arg)).join(' ');
  console.log(`\n$ ${program} ${shown}`);
  const options = /** @type {const} */ ({
    cwd,
    env: plainEnv,
    extendEnv: false,
    reject: false,
    all: true,
    stdin: 'ignore',
  });
  const result = await execa(program, args, options);
  console.log(result.all);
  if (result.exitCode !== exitCode)
    throw new Error(`That ended with ${result.exitCode ?? result.signal}, not with ${exitCode}.`);
  return result.all;
}
