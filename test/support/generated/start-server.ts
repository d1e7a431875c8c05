import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/**
 * The generated server of a project, as a process of its own on a port of its own; killed when the
 * test ends.
 */
export async function startServer(
  project: string,
  command: readonly string[] = ['--import', 'tsx', main],
) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, command, {
    cwd: project,
    env: { PATH, HOME, USER: 'ada', PORT: '0' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString();
      const [, address] = /Listening on (http:\S+?)\. /.exec(said) ?? [];
      if (address) resolve(address);
    });
    child.once('exit', () => reject(new Error(`it ended:\n${said}`)));
  });
  return {
    url,
    /** Resolves to the exit code, or to the signal that ended it. */
    async end(signal: NodeJS.Signals): Promise<unknown> {
      child.kill(signal);
      const [code, by] = await exit;
      return code ?? by;
    },
  };
}

const main = 'src/agent/server/main.ts';
