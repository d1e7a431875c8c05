import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { step } from './job.ts';

const script = fileURLToPath(new URL('./provider.cjs', import.meta.url));

/** Starts a provider of every API that answers with one next step, in a process of its own: callers wait for it only. */
export async function startProvider(
  answer: object = step,
): Promise<{ readonly origin: string; stop(): void }> {
  const text = JSON.stringify({ next_step: answer });
  const server = spawn(process.execPath, [script, text], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(server.stdout, 'data');
  return { origin: `http://127.0.0.1:${Number(port)}`, stop: () => void server.kill() };
}
