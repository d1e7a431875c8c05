import { Refused } from '../core/errors.ts';
import type { Thread } from '../core/store.ts';
import { isForShell } from './parse.ts';
import { plain, remark } from '../screen/text.ts';
import { request } from './request.ts';
import type { Terminal } from './backend.ts';

/** `left`: the person closed the prompt. `answered` may have been somebody else, elsewhere. */
export type Reply = 'answered' | 'later' | 'left';

/** What a typed line comes to; undefined asks again. */
type Reading = 'later' | 'context' | 'help' | (() => Promise<unknown>) | undefined;

const approvalHelp = {
  asked: ['Approve?  y yes', 'n no, and say why', 'l later'],
  context: 'c show the context',
};
const sentence = 'A sentence is said to the agent, and takes the request back.';
const restart =
  'This process keeps the .env that it started with. Mend it, then answer from a new one: /later says how.';
const namesVariable = /\b[A-Z]+(_[A-Z]+)+\b/;
const questionHelp = { asked: ['Type the answer', '/later'], context: '/context' };

/** Shows what the thread asks, and has the person here answer it, unless somebody is faster. */
export async function ask(terminal: Terminal, thread: Thread): Promise<Reply> {
  const { screen, backend } = terminal;
  await screen.dropTypedAhead();
  screen.print(...request(thread, screen));
  const [moved, over] = [new AbortController(), new AbortController()];
  void backend.moved(thread, over.signal).then(
    () => moved.abort(),
    () => {},
  );
  try {
    return await untilAnswered(terminal, thread, moved.signal);
  } finally {
    over.abort();
  }
}

async function untilAnswered(
  terminal: Terminal,
  thread: Thread,
  moved: AbortSignal,
): Promise<Reply> {
  const { screen, backend } = terminal;
  const isApproval = thread.state.status === 'waiting_for_approval';
  const { asked, context } = isApproval ? approvalHelp : questionHelp;
  const words = backend.contextText ? [...asked, context] : asked;
  const help = `     ${words.join(screen.columns() >= 80 ? '   ' : '\n     ')}`;
  const again = isApproval ? [help, remark(screen, 'dim', sentence)] : [help];
  screen.print(help);
  if (namesVariable.test(thread.state.open?.reason ?? ''))
    screen.print(remark(screen, 'dim', restart));
  for (;;) {
    const typed = await screen.ask('> ', moved);
    if (moved.aborted) return 'answered';
    if (typed === undefined) return 'left';
    const reading = isApproval
      ? await readDecision(terminal, thread, typed.trim(), moved)
      : readAnswer(terminal, thread, typed.trim());
    if (reading === 'later') return 'later';
    const text = reading === 'context' ? backend.contextText?.(thread) : undefined;
    if (text !== undefined) screen.print(plain(text), '', ...request(thread, screen), ...again);
    else if (reading === 'help' || reading === 'context') screen.print(...again);
    if (typeof reading === 'function') return settle(terminal, reading);
  }
}

/** Only a bare `y` approves. A sentence is a message: it takes the request back, and the agent thinks again. */
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
      return /^y(es)?[.!]?$/i.test(typed)
        ? () => backend.approve(call, { approved: true })
        : 'help';
    case 'n':
    case 'no': {
      const comment = rest || (await screen.ask('Why? ', moved))?.trim();
      if (!comment) return comment === '' ? 'help' : undefined;
      return () => backend.approve(call, { approved: false, comment });
    }
    case 'l':
    case 'later':
      return 'later';
    case 'c':
    case 'context':
      return 'context';
    default:
      return isSentence.test(typed) && !isForShell(typed) ? () => backend.say(id, typed) : 'help';
  }
}

/** Two words at least: a slip of a key is no message. */
const isSentence = /[\p{L}\d][^\p{L}\d]+[\p{L}\d]/u;

function readAnswer({ backend }: Terminal, { state }: Thread, typed: string): Reading {
  if (typed === '/later') return 'later';
  if (typed === '/context') return 'context';
  if (isForShell(typed)) return 'help';
  if (typed === '') return undefined;
  return () => backend.answer(state.open?.call_id ?? '', typed);
}

/** What is refused is said; whoever called looks at the thread again. */
async function settle({ screen }: Terminal, answered: () => Promise<unknown>): Promise<Reply> {
  try {
    await answered();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    screen.print(remark(screen, 'bad', error.message));
  }
  return 'answered';
}
