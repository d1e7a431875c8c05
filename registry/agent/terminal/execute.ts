import { Refused } from '../core/errors.ts';
import { Damaged, type Store } from '../core/store.ts';
import { act, existing } from './thread-commands.ts';
import { attend } from './attend.ts';
import type { Connect } from './backend.ts';
import { help, type Asked } from './parse.ts';
import { spending } from './format.ts';
import { listDocument, table } from './list.ts';
import { plain, remark } from '../screen/text.ts';
import { picture } from './picture.ts';
import { printRequest } from './request.ts';
import type { Screen } from '../screen/screen.ts';
import { self } from './program.ts';
import { document, inert } from './show.ts';
import { introduce, talk } from './talk.ts';
import type { Terminal } from './backend.ts';
import { timeline } from './show.ts';
import { exportAll, importAll } from './transfer.ts';
import { watch } from './attend.ts';

/** Does what was asked, with the agent that `connect` puts on a screen. @throws Refused */
export async function execute(
  connect: Connect,
  given: Screen,
  { command, json }: Asked,
): Promise<void> {
  const screen = json ? silent(given) : given;
  const backend = connect(screen);
  const terminal = { backend, screen };
  switch (command.kind) {
    case 'help':
      return screen.print(help);
    case 'talk':
      backend.assertReady();
      return talk(terminal);
    case 'list':
      return list(terminal, json);
    case 'export':
      return exportAll(storeOf(terminal, 'export'), screen);
    case 'import':
      return importAll(storeOf(terminal, 'import'), screen);
    case 'watch':
      return watch(terminal, (await existing(terminal, command.id)).id);
    case 'context':
      return context(terminal, command.id);
    case 'request':
      return request(terminal, command.id);
    case 'picture':
      return screen.write(`${picture(await existing(terminal, command.id))}\n`);
    case 'show':
      return show(terminal, command.id, json);
    default: {
      if (command.kind !== 'cancel') backend.assertReady();
      if (command.kind === 'start') introduce(terminal);
      const id = await act(terminal, command);
      if (json) screen.write(`${document(await backend.advance(id))}\n`);
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

async function list({ backend, screen }: Terminal, json: boolean): Promise<void> {
  const threads = await backend.list();
  if (json) return screen.write(`${inert(listDocument(threads))}\n`);
  if (threads.length === 0)
    return screen.print(`  No threads yet. Start one: ${self} "what you want"`);
  screen.print(...table(threads, screen));
}

/** A file or a pipe gets the exact text; on a terminal, it must not be able to act. */
async function context(terminal: Terminal, id: string): Promise<void> {
  const { backend, screen } = terminal;
  if (!backend.contextText) throw notFromServer('--context');
  const text = backend.contextText(await existing(terminal, id));
  screen.write(`${screen.isTerminal ? plain(text) : text}\n`);
}

async function request(terminal: Terminal, id: string): Promise<void> {
  const { backend, screen } = terminal;
  if (!backend.requestText) throw notFromServer('--request');
  screen.write(`${backend.requestText(await existing(terminal, id))}\n`);
}

/** @throws Refused */
function storeOf({ backend: { store } }: Terminal, word: string): Store {
  if (store) return store;
  throw new Refused(`A server keeps its threads: use ${word} where the agent runs, without --url.`);
}

const notFromServer = (flag: string): Refused =>
  new Refused(
    `A server does not tell what its model gets: use ${flag} where the agent runs, without --url.`,
  );

async function show(terminal: Terminal, id: string, json: boolean): Promise<void> {
  const { backend, screen } = terminal;
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
  printRequest(thread, backend, screen);
}
