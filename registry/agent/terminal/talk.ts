import { Refused } from '../core/errors.ts';
import type { Thread } from '../core/store.ts';
import { attend } from './attend.ts';
import { isForShell } from './parse.ts';
import { plain, remark, wrap } from '../screen/text.ts';
import { self } from './program.ts';
import type { Terminal } from './backend.ts';

/** A conversation: all of it goes to one thread, until `/new`. */
export async function talk(terminal: Terminal): Promise<void> {
  const { screen, backend } = terminal;
  introduce(terminal);
  screen.print(remark(screen, 'dim', '/new starts a new thread, /quit leaves', '  '));
  let id: string | undefined;
  for (;;) {
    const text = (await screen.ask('> '))?.trim();
    if (text === undefined || text === '/quit')
      return id === undefined ? undefined : leave(terminal, await backend.load(id));
    if (text === '') continue;
    if (text === '/new') id = undefined;
    const note = noMessage(text);
    if (note !== undefined) {
      screen.print(`  ${note}`);
      continue;
    }
    const heard = await hear(terminal, id, text);
    if (heard === undefined) continue;
    id = heard;
    if ((await attend(terminal, id)).left) return;
  }
}

/** What to say of a line that is not meant for the agent. */
function noMessage(text: string): string | undefined {
  if (text === '/new') return 'The next message starts a new thread.';
  if (/^\/\w*$/.test(text)) return 'There are /new and /quit.';
  return isForShell(text)
    ? 'That is for your shell: /quit first, or use a second terminal.'
    : undefined;
}

/** Prints what to know before a first message. */
export function introduce({ backend, screen }: Terminal): void {
  screen.print(...backend.introduction.map((line) => remark(screen, 'dim', line.trim(), '  ')));
}

/** @returns the thread; nothing if the message was refused, which is said */
async function hear(
  { backend, screen }: Terminal,
  id: string | undefined,
  text: string,
): Promise<string | undefined> {
  try {
    if (id === undefined) return (await backend.start(text)).id;
    await backend.say(id, text);
    return id;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    screen.print(
      wrap(`  ${screen.paint('bad', plain(error.message))} /new does.`, screen.columns(), '  '),
    );
    return undefined;
  }
}

function leave({ screen }: Terminal, { id, state }: Thread): void {
  if (state.open) screen.print(`  ${id} is still ${state.status}: ${self} resume ${id}`);
}
