import { fork } from 'node:child_process';
import { once } from 'node:events';
import { newerNode } from '../newer-node.ts';
import type { Count, Order, Part, Times, Told } from './process.ts';

export type StartedPart = {
  /** Launches threads. Resolves once all are saved, with the time of each. */
  launch(threads: number): Promise<Times>;
  count(): Promise<Count>;
  stop(): Promise<void>;
  kill(): void;
  /** What it has logged of problems. */
  said(): string;
};

/** Starts a process of the row. `onEnded` is called for each thread that it saves as done. */
export async function startPart(
  program: string,
  part: Part,
  onEnded: () => void,
): Promise<StartedPart> {
  const options = { execPath: newerNode(), execArgv: [], stdio: [0, 'ignore', 'pipe', 'ipc'] };
  const child = fork(program, [JSON.stringify(part)], options as Parameters<typeof fork>[2]);
  let said = '';
  child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  const answers: Told[] = [];
  let wake = () => {};
  child.on('message', (told: Told) => {
    if (told === 'ended') return onEnded();
    answers.push(told);
    wake();
  });
  child.once('exit', () => wake());

  async function nextAnswer(): Promise<Told> {
    while (answers.length === 0 && child.exitCode === null)
      await new Promise<void>((resolve) => (wake = resolve));
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`A process of the row ended:\n${said}`);
    return answer;
  }

  async function ask(order: Order): Promise<Told> {
    child.send(order);
    return await nextAnswer();
  }

  await nextAnswer();
  return {
    async launch(threads) {
      const told = await ask({ launch: threads });
      return typeof told === 'object' && 'saved' in told ? told.saved : [];
    },
    async count() {
      const told = await ask('count');
      if (typeof told === 'object' && 'steps' in told) return told;
      throw new Error('A process of the row did not count.');
    },
    async stop() {
      await ask('stop');
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
    kill: () => void child.kill('SIGKILL'),
    said: () => said,
  };
}
