import { Refused } from '../core/errors.ts';
import { plain, remark, wrap } from '../screen/text.ts';
import type { Terminal } from './backend.ts';
import { isForShell, program } from './program.ts';
import { runThread } from './run-thread.ts';

/** A conversation. All messages go to one thread, until `/new`. */
export async function talk(terminal: Terminal): Promise<void> {
  const { screen, backend } = terminal;
  backend.assertReady();
  introduce(terminal);
  screen.print(remark(screen, 'dim', '/new starts a new thread, /quit leaves', '  '));
  let id: string | undefined;
  for (;;) {
    const text = (await screen.ask('> '))?.trim();
    if (text === undefined || text === '/quit') return leave(terminal, id);
    if (text === '') continue;
    if (text === '/new') id = undefined;
    const reply = replyTo(text);
    if (reply !== undefined) {
      screen.print(`  ${reply}`);
      continue;
    }
    const heard = await send(terminal, id, text);
    if (heard === undefined) continue;
    id = heard;
    const hasLeft = await runThread(terminal, id);
    if (hasLeft) return;
  }
}

/** The reply to a line that is not meant for the agent. */
function replyTo(text: string): string | undefined {
  if (text === '/new') return 'The next message starts a new thread.';
  if (/^\/\w*$/.test(text)) return 'There are /new and /quit.';
  if (!isForShell(text)) return undefined;
  return 'That is for your shell: /quit first, or use a second terminal.';
}

/** Prints what to know before a first message. */
export function introduce({ backend, screen }: Terminal): void {
  screen.print(...backend.introduction.map((line) => remark(screen, 'dim', line.trim(), '  ')));
}

/** Starts or continues a thread. @returns its id; undefined if refused */
async function send(
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
    const refusal = screen.paint('bad', plain(error.message));
    screen.print(wrap(`  ${refusal} /new does.`, screen.columns(), '  '));
    return undefined;
  }
}

async function leave({ backend, screen }: Terminal, id: string | undefined): Promise<void> {
  if (id === undefined) return;
  const { state } = await backend.load(id);
  if (!state.open) return;
  screen.print(`  ${id} is still ${state.status}: ${program.name} resume ${id}`);
}
