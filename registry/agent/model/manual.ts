import type * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import { plain, remark, wrap } from '../screen/text.ts';
import type { Screen } from '../screen/screen.ts';
import { tty } from '../screen/tty.ts';
import { fillIn, type Asked } from './form.ts';
import { formsOf, type Form } from './form.ts';
import type { Model, ModelRequest } from '../core/model.ts';

/** A person plays the model: the terminal shows the exact context window, and they choose the next step. */
export function manual(screen?: Screen): Model {
  let here = screen;
  /** @throws Unusable where nobody can be asked */
  async function play({ system, blocks, schema, signal }: ModelRequest) {
    here ??= tty();
    if (!here.interactive)
      throw new PermanentModelError('the model is a person, and nobody sits at a terminal here');
    await here.dropTypedAhead();
    here.print(remark(here, 'dim', 'You are the model. This is all that it sees:', '  '), '');
    here.print(plain([system, ...blocks].join('\n')), '');
    return { step: await chooseStep({ ...here, ask: asker(here, signal) }, schema) };
  }
  return Object.assign(play, { timeoutMs: Infinity });
}

/** Whoever leaves ends the process, as with any other model. If the thread moves on, it rejects. */
const asker = (screen: Screen, signal: AbortSignal) => async (prompt: string) => {
  const typed = await screen.ask(prompt, signal);
  signal.throwIfAborted();
  return typed?.trim() ?? screen.interrupt();
};

async function chooseStep(screen: Asked, schema: z.ZodType): Promise<object> {
  const forms = formsOf(schema);
  for (;;) {
    screen.print(remark(screen, 'dim', 'What is the next step? Type its number.', '  '));
    screen.print(...forms.map((form, index) => choiceLine(form, index + 1, screen)));
    const step = await fillIn(screen, await choose(screen, forms), schema);
    if (step) return step;
  }
}

function choiceLine({ intent, about }: Form, number: number, { paint, columns }: Asked): string {
  const isWide = columns() >= 80;
  const name = plain(intent);
  const gap = isWide ? ' '.repeat(Math.max(2, 23 - name.length)) : '\n';
  const head = `${String(number).padStart(3)}  ${paint('agent', name)}`;
  return wrap(
    about ? `${head}${gap}${plain(about)}` : head,
    columns(),
    ' '.repeat(isWide ? 28 : 5),
  );
}

async function choose(screen: Asked, forms: readonly Form[]): Promise<Form> {
  for (;;) {
    const typed = await screen.ask('number> ');
    const form = forms[Number(typed) - 1] ?? forms.find(({ intent }) => intent === typed);
    if (form) return form;
    screen.print(remark(screen, 'bad', `Type a number from 1 to ${forms.length}.`));
  }
}
