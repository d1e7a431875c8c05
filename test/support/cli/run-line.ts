import { execa } from 'execa';

/** Runs a command line as it is typed, without a terminal, and gives what it says. @throws unless it ends well */
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
