import { Refused } from '../core/errors.ts';
import type { Thread } from '../core/store.ts';
import { plain, remark } from '../screen/text.ts';
import type { Terminal } from './backend.ts';
import { isForShell } from './program.ts';
import { requestLines } from './request.ts';

/** `left`: the person closed the prompt. `answered`: here or elsewhere. */
export type Reply = 'answered' | 'later' | 'left';

/** The meaning of a typed line: a word for the prompt, or what to do. `again` asks again. */
type Reading = 'later' | 'context' | 'help' | 'again' | (() => Promise<unknown>);

/** Prints what the thread asks, and reads the answer. Ends early if it is answered elsewhere. */
export async function askPerson(terminal: Terminal, thread: Thread): Promise<Reply> {
  const { screen, backend } = terminal;
  await screen.dropTypedAhead();
  screen.print(...requestLines(thread, screen));
  const moved = new AbortController();
  const over = new AbortController();
  void backend.moved(thread, over.signal).then(
    () => moved.abort(),
    () => {},
  );
  try {
    return await readReply(terminal, thread, moved.signal);
  } finally {
    over.abort();
  }
}

const needsApproval = ({ state }: Thread): boolean => state.status === 'waiting_for_approval';

/** `moved` fires once the thread was answered elsewhere. */
async function readReply(terminal: Terminal, thread: Thread, moved: AbortSignal): Promise<Reply> {
  const { screen, backend } = terminal;
  const hints = hintsFor(terminal, thread);
  screen.print(hints);
  printRestartHint(terminal, thread);
  for (;;) {
    const typed = (await screen.ask('> ', moved))?.trim();
    if (moved.aborted) return 'answered';
    if (typed === undefined) return 'left';
    const reading = needsApproval(thread)
      ? await readDecision(terminal, thread, typed, moved)
      : readAnswer(terminal, thread, typed);
    if (reading === 'later') return 'later';
    if (typeof reading === 'function') return settle(terminal, reading);
    if (reading === 'again') continue;
    const text = reading === 'context' ? backend.contextText?.(thread) : undefined;
    if (text !== undefined) screen.print(plain(text), '', ...requestLines(thread, screen));
    screen.print(hints);
    if (needsApproval(thread)) screen.print(remark(screen, 'dim', sentenceHint));
  }
}

const sentenceHint = 'A sentence is said to the agent, and takes the request back.';

function hintsFor({ screen, backend }: Terminal, thread: Thread): string {
  const hints = needsApproval(thread)
    ? ['Approve?  y yes', 'n no, and say why', 'l later', 'c show the context']
    : ['Type the answer', '/later', '/context'];
  const offered = backend.contextText ? hints : hints.slice(0, -1);
  return `     ${offered.join(screen.columns() >= 80 ? '   ' : '\n     ')}`;
}

/** A missing variable cannot be set for a process that runs. */
function printRestartHint({ screen }: Terminal, { state }: Thread): void {
  if (!/\b[A-Z]+(_[A-Z]+)+\b/.test(state.open?.reason ?? '')) return;
  const hint =
    'This process does not see changes of .env: type /later, and answer from a new process.';
  screen.print(remark(screen, 'dim', hint));
}

/** Only a bare `y` approves. A sentence is a message, which takes the request back. */
async function readDecision(
  { backend, screen }: Terminal,
  { id, state }: Thread,
  typed: string,
  moved: AbortSignal,
): Promise<Reading> {
  const [, word = '', rest = ''] = /^([\p{L}\d]*)[^\p{L}\d]*([^]*)$/u.exec(typed) ?? [];
  const call = state.open?.call_id ?? '';
  const deny = (comment: string) => backend.approve(call, { approved: false, comment });
  switch (word.toLowerCase()) {
    case 'y':
    case 'yes':
      if (!/^y(es)?[.!]?$/i.test(typed)) return 'help';
      return () => backend.approve(call, { approved: true });
    case 'n':
    case 'no': {
      if (rest) return () => deny(rest);
      const comment = (await screen.ask('Why? ', moved))?.trim();
      if (comment === undefined) return 'again';
      return comment === '' ? 'help' : () => deny(comment);
    }
    case 'l':
    case 'later':
      return 'later';
    case 'c':
    case 'context':
      return 'context';
    default:
      if (!isSentence.test(typed) || isForShell(typed)) return 'help';
      return () => backend.say(id, typed);
  }
}

/** At least two words: a single one is probably a typo. */
const isSentence = /[\p{L}\d][^\p{L}\d]+[\p{L}\d]/u;

function readAnswer({ backend }: Terminal, { state }: Thread, typed: string): Reading {
  if (typed === '/later') return 'later';
  if (typed === '/context') return 'context';
  if (typed === '') return 'again';
  if (isForShell(typed)) return 'help';
  return () => backend.answer(state.open?.call_id ?? '', typed);
}

/** Prints a refusal. The caller looks at the thread again. */
async function settle({ screen }: Terminal, send: () => Promise<unknown>): Promise<Reply> {
  try {
    await send();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    screen.print(remark(screen, 'bad', error.message));
  }
  return 'answered';
}
