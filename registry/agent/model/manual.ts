import type * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import type { Model, ModelRequest } from '../core/model.ts';
import type { Screen } from '../screen/screen.ts';
import { plain, remark, wrap } from '../screen/text.ts';
import { tty } from '../screen/tty.ts';
import { fillForm, formsOf } from './form.ts';
import type { Form, FormScreen } from './form.ts';

/**
 * Lets a person play the model: shows the exact context window and asks for the next step. Calls
 * `leave` if the person leaves.
 */
export function manual(screen?: Screen, leave = interrupt): Model {
  let terminal = screen;

  /** @throws PermanentModelError if no person can be asked */
  async function model(request: ModelRequest) {
    terminal ??= tty();
    if (!terminal.interactive) {
      throw new PermanentModelError('a person plays the model, and there is no terminal to ask in');
    }
    await terminal.dropTypedAhead();
    showContext(terminal, request);
    const ask = asker(terminal, request.signal, leave);
    const step = await pickStep({ ...terminal, ask }, request.schema);
    return { step };
  }

  return Object.assign(model, { timeoutMs: Infinity });
}

function showContext(screen: Screen, { system, blocks }: ModelRequest): void {
  const title = 'You are the model. This is all that it sees:';
  screen.print(remark(screen, 'dim', title, '  '), '');
  screen.print(plain([system, ...blocks].join('\n')), '');
}

/** Does what Ctrl-C does: while a line is read, Ctrl-C ends only the line. */
function interrupt(): Promise<never> {
  if (!process.emit('SIGINT')) process.exit(130);
  return new Promise(() => undefined);
}

/** Rejects if the thread moves on. */
function asker(screen: Screen, signal: AbortSignal, leave: typeof interrupt): FormScreen['ask'] {
  return async (prompt) => {
    const typed = await screen.ask(prompt, signal);
    signal.throwIfAborted();
    return typed?.trim() ?? leave();
  };
}

async function pickStep(screen: FormScreen, schema: z.ZodType): Promise<object> {
  const forms = formsOf(schema);
  const question = 'What is the next step? Type its number.';
  for (;;) {
    screen.print(remark(screen, 'dim', question, '  '));
    screen.print(...choiceLines(forms, screen));
    const form = await pickForm(screen, forms);
    const step = await fillForm(screen, form, schema);
    if (step) return step;
  }
}

const WIDE_COLUMNS = 80;
const NAME_COLUMNS = 23;

/** On a narrow screen, descriptions are on lines of their own. */
function choiceLines(forms: readonly Form[], { paint, columns }: FormScreen): readonly string[] {
  const isWide = columns() >= WIDE_COLUMNS;
  const indent = ' '.repeat(isWide ? NAME_COLUMNS + 5 : 5);
  return forms.map(({ intent, description }, index) => {
    const number = String(index + 1).padStart(3);
    const name = plain(intent);
    const line = `${number}  ${paint('agent', name)}`;
    if (description === '') return wrap(line, columns(), indent);
    const gap = ' '.repeat(Math.max(2, NAME_COLUMNS - name.length));
    const separator = isWide ? gap : '\n';
    return wrap(line + separator + plain(description), columns(), indent);
  });
}

async function pickForm(screen: FormScreen, forms: readonly Form[]): Promise<Form> {
  const rule = `Type a number from 1 to ${forms.length}.`;
  for (;;) {
    const typed = await screen.ask('number> ');
    const named = forms.find(({ intent }) => intent === typed);
    const form = forms[Number(typed) - 1] ?? named;
    if (form) return form;
    screen.print(remark(screen, 'bad', rule));
  }
}
