import { Refused } from '../core/errors.ts';
import type { Thread } from '../core/store.ts';
import { plain, remark } from '../screen/text.ts';
import { FOR_SHELL, isForShell, isSlashCommand, program } from './program.ts';
import { isForModel, printNextCommands, requestLines } from './print-thread.ts';
import { contextText } from './show.ts';
import type { Backend, Terminal } from './types.ts';

/** `answered`: here or elsewhere. `new`: the person wants a new thread. */
export type Reply = 'answered' | 'later' | 'left' | 'new';

/** The meaning of a typed line. A function sends the answer. */
type Reading = 'later' | 'left' | 'new' | 'context' | 'all' | 'help' | (() => Promise<unknown>);

/** The commands of every request. */
const slashCommands = new Map<string, Reading>([
  ['/later', 'later'],
  ['/context', 'context'],
  ['/all', 'all'],
  ['/new', 'new'],
  ['/quit', 'left'],
]);

/** Prints a request and reads the answer, until it is given here or elsewhere. */
export async function askPerson(terminal: Terminal, thread: Thread): Promise<Reply> {
  const { screen, backend } = terminal;
  await screen.dropTypedAhead();
  screen.print(...requestLines(terminal, thread, { shownBy: '/all' }));
  const over = new AbortController();
  const stopAsking = () => over.abort();
  void backend.moved(thread, over.signal).then(stopAsking, () => undefined);
  try {
    const reply = await readReply(terminal, thread, over.signal);
    if (reply !== 'answered') printNextCommands(terminal, thread);
    return reply;
  } finally {
    stopAsking();
  }
}

/** `moved` fires once the thread is answered elsewhere. */
async function readReply(terminal: Terminal, thread: Thread, moved: AbortSignal): Promise<Reply> {
  const { screen, backend } = terminal;
  const read = isApproval(thread) ? readDecision : readAnswer;
  printChoices(terminal, thread);
  for (;;) {
    // A text that was typed before the request decides nothing.
    const start = isApproval(thread) ? '' : screen.takeTyped();
    const typed = (await screen.ask('> ', moved, start))?.trim();
    if (moved.aborted) return 'answered';
    if (typed === undefined) return 'left';
    const reading = readSlash(typed) ?? (await read(terminal, thread, typed, moved));
    if (typeof reading === 'function') return send(terminal, reading);
    if (reading === 'later' || reading === 'left' || reading === 'new') return reading;
    if (reading === 'help' && typed !== '') screen.print(remark(screen, 'dim', problemWith(typed)));
    const { agent } = backend;
    const isContext = reading === 'context' && agent;
    if (isContext) screen.print(plain(contextText(agent, thread)), '');
    if (isContext || reading === 'all') screen.print(...requestLines(terminal, thread, 'all'));
    printChoices(terminal, thread);
    if (isApproval(thread)) screen.print(remark(screen, 'dim', moreChoices));
  }
}

const isApproval = ({ state }: Thread): boolean => state.status === 'waiting_for_approval';

const moreChoices = `\
Or type a sentence: the agent drops this step, and reads what you say.
/new starts a new thread, /quit leaves. This request stays open.`;

const ofApproval = ['Approve?  y yes', 'n no, and say why', 'l later', 'c show the context'];
const ofQuestion = ['Type the answer', '/later', '/new', '/quit', '/context'];

function printChoices({ screen, backend }: Terminal, thread: Thread): void {
  const choices = isApproval(thread) ? [...ofApproval] : [...ofQuestion];
  if (isForModel(thread)) choices.unshift('Enter asks again');
  if (!backend.agent) choices.pop();
  const separator = screen.columns() >= 80 ? '   ' : '\n     ';
  screen.print(`     ${choices.join(separator)}`);
  const hint = settingHint(thread, backend);
  if (hint) screen.print(remark(screen, 'dim', hint));
}

/** Says when a variable that the request names counts. */
function settingHint({ id, events, state }: Thread, { agent }: Backend): string | undefined {
  if (!/\b[A-Z]+(_[A-Z]+)+\b/.test(state.open?.reason ?? '')) return undefined;
  if (!agent) return 'A server reads its .env when it starts.';
  // A later process has read .env after the failure.
  if (Date.parse(events.slice(-1)[0]?.at ?? '') < performance.timeOrigin) return undefined;
  const resume = `${program.name} resume ${id}`;
  return `This process does not see changes of .env. After one: /quit, then ${resume}`;
}

/** Says why a line is no answer. */
function problemWith(typed: string): string {
  if (isForShell(typed)) return FOR_SHELL;
  return /^no?$/i.test(typed)
    ? 'A denial needs a reason.'
    : `${JSON.stringify(typed)} is none of these:`;
}

function readSlash(typed: string): Reading | undefined {
  return slashCommands.get(typed) ?? (isSlashCommand(typed) ? 'help' : undefined);
}

/** Only a bare `y` approves. A sentence is a message to the agent. */
async function readDecision(
  { backend, screen }: Terminal,
  { id, state }: Thread,
  typed: string,
  moved: AbortSignal,
): Promise<Reading> {
  const [, word = '', rest = ''] = /^([\p{L}\d]*)[^\p{L}\d]*([^]*)$/u.exec(typed) ?? [];
  const call = state.open?.call_id ?? '';
  switch (word.toLowerCase()) {
    case 'y':
    case 'yes':
      if (!/^y(es)?[.!]?$/i.test(typed)) return 'help';
      return () => backend.approve(call, { approved: true });
    case 'n':
    case 'no': {
      const comment = rest || (await screen.ask('Why? ', moved))?.trim();
      if (!comment) return 'help';
      return readSlash(comment) ?? (() => backend.approve(call, { approved: false, comment }));
    }
    case 'l':
    case 'later':
      return 'later';
    case 'c':
    case 'context':
      return 'context';
    default:
      // A single word is probably a typo.
      if (word === '' || rest === '' || isForShell(typed)) return 'help';
      return () => backend.say(id, typed);
  }
}

function readAnswer({ backend }: Terminal, thread: Thread, typed: string): Reading {
  const text = typed || (isForModel(thread) ? 'Go on.' : '');
  if (text === '' || isForShell(text)) return 'help';
  return () => backend.answer(thread.state.open?.call_id ?? '', text);
}

/** Prints a refusal. The caller looks at the thread again. */
async function send({ screen }: Terminal, answer: () => Promise<unknown>): Promise<Reply> {
  try {
    await answer();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    screen.print(remark(screen, 'bad', error.message));
  }
  return 'answered';
}
