import { Refused } from '../core/errors.ts';
import type { Thread } from '../core/store.ts';
import { plain, remark } from '../screen/text.ts';
import { isForShell, isSlashCommand } from './program.ts';
import { printNextCommands, requestLines } from './print-thread.ts';
import { contextText } from './show.ts';
import type { Terminal } from './types.ts';

/** `left`: the person closed the prompt. `answered`: here or elsewhere. */
export type Reply = 'answered' | 'later' | 'left';

/** The meaning of a typed line. A function sends the answer. */
type Reading = 'later' | 'context' | 'help' | (() => Promise<unknown>);

/** Prints a request and reads the answer, until it is given here or elsewhere. */
export async function askPerson(terminal: Terminal, thread: Thread): Promise<Reply> {
  const { screen, backend } = terminal;
  await screen.dropTypedAhead();
  screen.print(...requestLines(thread, screen));
  const over = new AbortController();
  const stopAsking = () => over.abort();
  void backend.moved(thread, over.signal).then(stopAsking, () => {});
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
    const typed = (await screen.ask('> ', moved))?.trim();
    if (moved.aborted) return 'answered';
    if (typed === undefined || typed === '/quit') return 'left';
    const reading = await read(terminal, thread, typed, moved);
    if (typeof reading === 'function') return send(terminal, reading);
    if (reading === 'later') return 'later';
    if (reading === 'context' && backend.agent) {
      const text = plain(contextText(backend.agent, thread));
      screen.print(text, '', ...requestLines(thread, screen));
    }
    printChoices(terminal, thread);
    if (!isApproval(thread)) continue;
    const hint = 'Or type a sentence: the agent drops this step, and reads what you say.';
    screen.print(remark(screen, 'dim', hint));
  }
}

const isApproval = ({ state }: Thread): boolean => state.status === 'waiting_for_approval';

function printChoices({ screen, backend }: Terminal, thread: Thread): void {
  const choices = isApproval(thread)
    ? ['Approve?  y yes', 'n no, and say why', 'l later', 'c show the context']
    : ['Type the answer', '/later', '/context'];
  if (!backend.agent) choices.pop();
  const separator = screen.columns() >= 80 ? '   ' : '\n     ';
  screen.print(`     ${choices.join(separator)}`);
  // A request that names a variable cannot be answered by this process.
  if (!/\b[A-Z]+(_[A-Z]+)+\b/.test(thread.state.open?.reason ?? '')) return;
  const how = 'type /later, and answer from a new process';
  screen.print(remark(screen, 'dim', `This process does not see changes of .env: ${how}.`));
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
      return () => backend.approve(call, { approved: false, comment });
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

function readAnswer({ backend }: Terminal, { state }: Thread, typed: string): Reading {
  if (typed === '/later') return 'later';
  if (typed === '/context') return 'context';
  if (typed === '' || isSlashCommand(typed) || isForShell(typed)) return 'help';
  return () => backend.answer(state.open?.call_id ?? '', typed);
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
