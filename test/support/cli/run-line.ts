import { execa } from 'execa';

/** Runs a command line without a terminal. Returns its output. @throws if it exits with an error */
export async function type(
  line: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const [program = '', ...args] = [...line.matchAll(/"([^"]*)"|\S+/g)].map(
    ([word, quoted]) => quoted ?? word,
  );
  const ran = await execa(program, args, {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    all: true,
    stdin: 'ignore',
  });
  if (ran.exitCode !== 0) throw new Error(`${line} ended with ${ran.exitCode}:\n${ran.all}`);
  return ran.all;
}
