import * as z from 'zod';
import { plain, remark } from '../terminal/format.ts';
import type { Screen } from '../terminal/screen.ts';
import type { Field, Form } from './form.ts';

/** A screen, and somebody who types. */
export type Asked = Omit<Screen, 'ask'> & { ask(prompt: string): Promise<string> };

const BACK = '/back';

/** The step that a person makes of a form, once the schema takes it; undefined if they want another one. */
export async function fillIn(screen: Asked, { given, fields }: Form, schema: z.ZodType): Promise<object | undefined> {
  let step = given;
  if (fields.length > 0) screen.print(remark(screen, 'dim', `${BACK} chooses again`));
  for (const field of fields) {
    const value = await askFor(screen, field, step, schema);
    if (value === BACK) return undefined;
    if (value !== undefined) step = { ...step, [field.name]: value };
  }
  const { error } = schema.safeParse(step);
  if (error) screen.print(remark(screen, 'bad', z.prettifyError(error)));
  return error ? undefined : step;
}

async function askFor(screen: Asked, field: Field, step: object, schema: z.ZodType): Promise<unknown> {
  const { name, about, expects } = field;
  screen.print(remark(screen, 'dim', `${name}: ${about ? `${about} ` : ''}(${expects})`));
  for (;;) {
    const typed = await screen.ask(`${plain(name)}> `);
    if (typed === BACK) return BACK;
    try {
      const value = field.parse(typed);
      if (value !== undefined) check(schema, { ...step, [name]: value }, name);
      return value;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      screen.print(remark(screen, 'bad', error.message));
    }
  }
}

/** The fields behind it are not there yet, so only what is said of this one counts. @throws RangeError */
function check(schema: z.ZodType, step: object, name: string): void {
  const issue = schema.safeParse(step).error?.issues.find(({ path }) => path[0] === name);
  if (issue) throw new RangeError([issue.path.slice(1).join('.'), issue.message].filter(Boolean).join(': '));
}
