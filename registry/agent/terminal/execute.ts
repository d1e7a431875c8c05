import { advance } from '../loop.ts';
import { assertReady } from '../model/ready.ts';
import type { Agent } from '../parts.ts';
import { Damaged } from '../store/store.ts';
import { act, existing } from './act.ts';
import { attend } from './attend.ts';
import { help, type Asked } from './command.ts';
import { spending } from './cost.ts';
import { allThreads, listDocument, table } from './list.ts';
import { plain, remark } from './format.ts';
import { picture } from './picture.ts';
import { printRequest } from './request.ts';
import type { Screen } from './screen.ts';
import { self } from './self.ts';
import { contextText, document, requestText } from './show.ts';
import { introduce, talk } from './talk.ts';
import { atTerminal, type Terminal } from './terminal.ts';
import { timeline } from './timeline.ts';
import { exportAll, importAll } from './transfer.ts';
import { watch } from './watch.ts';

/** Does what was asked. @throws Refused */
export async function execute(
  agent: Agent,
  screen: Screen,
  { command, json }: Asked,
  me: string,
  lookEveryMs?: number,
): Promise<void> {
  const terminal = atTerminal(agent, json ? silent(screen) : screen, me, lookEveryMs);
  switch (command.kind) {
    case 'help':
      return screen.print(help);
    case 'talk':
      assertReady(agent);
      return talk(terminal);
    case 'list':
      return list(terminal, json);
    case 'export':
      return exportAll(terminal);
    case 'import':
      return importAll(terminal);
    case 'watch':
      return watch(terminal, (await existing(terminal, command.id)).id);
    case 'context':
      return context(terminal, command.id);
    case 'request':
      return screen.write(`${requestText(agent, await existing(terminal, command.id))}\n`);
    case 'picture':
      return screen.write(`${picture(await existing(terminal, command.id))}\n`);
    case 'show':
      return show(terminal, command.id, json);
    default: {
      if (command.kind !== 'cancel') assertReady(agent);
      if (command.kind === 'start') introduce(terminal);
      const id = await act(terminal, command);
      if (json) screen.write(`${document(await advance(terminal.agent, id))}\n`);
      else await attend(terminal, id);
    }
  }
}

/** For `json`: nothing but the document may be printed, and nobody is asked. */
const silent = (screen: Screen): Screen => ({
  ...screen,
  interactive: false,
  print: () => {},
  begin: () => {},
  finish: () => {},
});

async function list({ store, screen }: Terminal, json: boolean): Promise<void> {
  const threads = await allThreads(store);
  if (json) return screen.write(`${listDocument(threads)}\n`);
  if (threads.length === 0) return screen.print(`  No threads yet. Start one: ${self} "what you want"`);
  screen.print(...table(threads, screen));
}

/** A file or a pipe gets the exact text; on a terminal, it must not be able to act. */
async function context(terminal: Terminal, id: string): Promise<void> {
  const { agent, screen } = terminal;
  const text = contextText(agent, await existing(terminal, id));
  screen.write(`${screen.isTerminal ? plain(text) : text}\n`);
}

async function show(terminal: Terminal, id: string, json: boolean): Promise<void> {
  const { agent, screen } = terminal;
  const thread = await existing(terminal, id).catch((error: unknown) => {
    if (error instanceof Damaged) screen.print(...timeline(error, screen));
    throw error;
  });
  if (json) return screen.write(`${document(thread)}\n`);
  const { status, usage } = thread.state;
  const spent = spending(usage);
  screen.print(`  ${id}  ${status}, ${thread.events.length} events`);
  if (spent) screen.print(remark(screen, 'dim', spent, '  '));
  screen.print(...timeline(thread, screen), '');
  printRequest(thread, agent, screen);
}
