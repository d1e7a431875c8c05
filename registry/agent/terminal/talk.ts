import { Refused } from '../errors.ts';
import { say, start } from '../human.ts';
import { load, type Thread } from '../store/store.ts';
import { attend } from './attend.ts';
import { isForShell } from './command.ts';
import { plain, remark, wrap } from './format.ts';
import { self } from './self.ts';
import { channel, type Terminal } from './terminal.ts';

/** A conversation: all of it goes to one thread, until `/new`. */
export async function talk(terminal: Terminal): Promise<void> {
  const { screen, store } = terminal;
  introduce(terminal);
  screen.print(remark(screen, 'dim', '/new starts a new thread, /quit leaves', '  '));
  let id: string | undefined;
  for (;;) {
    const text = (await screen.ask('> '))?.trim();
    if (text === undefined || text === '/quit')
      return id === undefined ? undefined : leave(terminal, await load(store, id));
    if (text === '') continue;
    if (text === '/new') id = undefined;
    const note = noMessage(text);
    if (note !== undefined) {
      screen.print(`  ${note}`);
      continue;
    }
    const heard = await hear(terminal, id, text);
    if (heard === undefined) continue;
    id = heard.id;
    if ((await attend(terminal, id)).left) return;
  }
}

/** What to say of a line that is not meant for the agent. */
function noMessage(text: string): string | undefined {
  if (text === '/new') return 'The next message starts a new thread.';
  if (/^\/\w*$/.test(text)) return 'There are /new and /quit.';
  return isForShell(text) ? 'That is for your shell: /quit first, or use a second terminal.' : undefined;
}

/** Says so if the model only plays a part, and how to get a real one. */
export function introduce({ agent, screen }: Terminal): void {
  const { scripted } = agent.model;
  if (!scripted) return;
  const lines = [
    `${scripted.instead ? 'No model key, so a' : 'A'} scripted model plays. ${scripted.about}`,
    `Use a real model: ${scripted.instead ?? 'wire one in agent.ts'}`,
    ...(scripted.example ? [`Try: ${scripted.example}`] : []),
  ];
  screen.print(...lines.map((line) => remark(screen, 'dim', line.trim(), '  ')));
}

/** Nothing if it was refused, which is said. */
async function hear(
  { agent, screen, me }: Terminal,
  id: string | undefined,
  text: string,
): Promise<Thread | undefined> {
  try {
    const message = { channel, from: me, text };
    return await (id === undefined ? start(agent, message) : say(agent, id, message));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    screen.print(wrap(`  ${screen.paint('bad', plain(error.message))} /new does.`, screen.columns(), '  '));
    return undefined;
  }
}

function leave({ screen }: Terminal, { id, state }: Thread): void {
  if (state.open) screen.print(`  ${id} is still ${state.status}: ${self} resume ${id}`);
}
