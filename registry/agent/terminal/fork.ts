import { Refused } from '../core/errors.ts';
import { requireThread } from '../core/people.ts';
import { hasEnded } from '../core/thread.ts';
import { plain } from '../screen/text.ts';
import { fork, lift } from '../fork/fork.ts';
import { printNextCommands } from './print-thread.ts';
import { program } from './program.ts';
import { requireAgent } from './show.ts';
import { runAndPrint, threadCommand } from './thread-commands.ts';
import type { Backend, Command } from './types.ts';

export const forkCommand: Command = {
  usage: 'fork <thread> ["version"]',
  about: 'go on in a copy, up to an event',
  json: true,
  async run(terminal, { id, text, json }) {
    const { backend, screen } = terminal;
    backend.assertReady();
    requireThread(await backend.load(id));
    const copy = await makeCopy(backend, id, readVersion(text));
    const about = `${plain(copy)} is a copy of ${id}.`;
    screen.print(`  ${about} Each of its steps needs approval.`);
    const thread = await backend.load(copy);
    if (hasEnded(thread.state)) printNextCommands(terminal, thread);
    await runAndPrint(terminal, copy, json);
  },
};

async function makeCopy(backend: Backend, id: string, version?: number): Promise<string> {
  if (backend.fork) return (await backend.fork(id, version)).id;
  const { by = '' } = backend;
  return (await fork(requireAgent(backend), id, { by, version })).id;
}

/** @throws Refused */
function readVersion(text: string): number | undefined {
  if (text === '') return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Refused(`Usage: ${program.name} ${forkCommand.usage}, such as 7`);
}

export const liftCommand = threadCommand({
  usage: 'lift <thread>',
  about: 'let a copy run as the policy says',
  async act({ backend, screen }, { id }) {
    const { by: name = '' } = backend;
    if (backend.lift) await backend.lift(id);
    else await lift(requireAgent(backend), id, { name, isLocal: true });
    screen.print(`  ${id} runs as the policy says.`);
  },
});
