import * as z from 'zod';
import type { Screen } from '../screen/screen.ts';
import { plain, remark } from '../screen/text.ts';

type Node = z.core.JSONSchema.JSONSchema;

/** A next step for a person to fill in: what is given, its intent above all, and the fields that are not. */
export type Form = {
  readonly intent: string;
  readonly about: string;
  readonly given: object;
  readonly fields: readonly Field[];
};

/** An empty line leaves it out, if it may be left out: it is `undefined` then, or null where only that will do. */
export type Field = Typed & { readonly name: string; readonly about: string };

/** The forms of a union of next steps. */
export function formsOf(schema: z.ZodType): Form[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const follow = (node: Node): Node =>
    node.$ref ? (root.$defs?.[node.$ref.slice('#/$defs/'.length)] ?? root) : node;
  return branchesOf(root).map((branch) => {
    const { properties = {}, required = [], description = '' } = follow(branch);
    const all = Object.entries(properties).map(([name, node]) => ({
      name,
      node: follow(Object(node)),
    }));
    const given = Object.fromEntries(
      all.filter(isGiven).map(({ name, node }) => [name, node.const]),
    );
    const fields = all
      .filter((field) => !isGiven(field))
      .map(({ name, node }) => toField(name, node, required.includes(name), follow));
    return { intent: String(given['intent']), about: description, given, fields };
  });
}

function branchesOf(node: Node): Node[] {
  const types: unknown[] = [node.type].flat();
  return (node.anyOf ?? node.oneOf ?? types.map((type) => ({ ...node, type }))).map(Object);
}

const isGiven = ({ node }: { node: Node }): boolean => node.const !== undefined;

function toField(
  name: string,
  node: Node,
  isRequired: boolean,
  follow: (node: Node) => Node,
): Field {
  const branches = branchesOf(node).map(follow);
  const [inner = node, ...others] = branches.filter(({ type }) => type !== 'null');
  const isNullable = others.length + 1 < branches.length;
  const { expects, parse } = typedAs(
    others.length > 0 ? { ...node, anyOf: [inner, ...others] } : inner,
  );
  return {
    name,
    about: node.description ?? inner.description ?? '',
    expects: isRequired && !isNullable ? expects : `${expects}, or nothing`,
    parse(typed) {
      if (typed !== '') return parse(typed);
      if (isRequired && !isNullable) throw new RangeError('It cannot be left out.');
      return isRequired ? null : undefined;
    },
  };
}

/** A screen, and somebody who types. */
export type Asked = Omit<Screen, 'ask'> & { ask(prompt: string): Promise<string> };

const BACK = '/back';

/** The step that a person makes of a form, once the schema takes it; undefined if they want another one. */
export async function fillIn(
  screen: Asked,
  { given, fields }: Form,
  schema: z.ZodType,
): Promise<object | undefined> {
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

async function askFor(
  screen: Asked,
  field: Field,
  step: object,
  schema: z.ZodType,
): Promise<unknown> {
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
  if (issue)
    throw new RangeError([issue.path.slice(1).join('.'), issue.message].filter(Boolean).join(': '));
}

/** How a person types a value: what to type, in words, and what was typed as a value. */
export type Typed = {
  readonly expects: string;
  /** @throws RangeError that says what is wrong */
  parse(typed: string): unknown;
};

/** How a value of this schema is typed: as text, number, yes or no, one of a few, or else as JSON. */
export function typedAs(node: z.core.JSONSchema.JSONSchema): Typed {
  const options = node.enum ?? node.anyOf?.map((branch) => Object(branch).const);
  if (options?.every((option) => option !== undefined)) return oneOf(options);
  switch (node.type) {
    case 'string':
      return { expects: 'text', parse: (typed) => typed };
    case 'boolean':
      return { expects: 'y or n', parse: toBoolean };
    case 'integer':
    case 'number':
      return { expects: node.type === 'number' ? 'a number' : 'a whole number', parse: toNumber };
    default:
      return { expects: `JSON that matches ${JSON.stringify(node)}`, parse: fromJson };
  }
}

/** By itself or by its number; itself comes first, since it may be a number. */
function oneOf(options: readonly unknown[]): Typed {
  return {
    expects: options.map((option, index) => `${index + 1} ${option}`).join(', '),
    parse(typed) {
      const named =
        options.find((option) => String(option) === typed) ?? options[Number(typed) - 1];
      if (named === undefined) throw new RangeError(`It is one of these: ${options.join(', ')}`);
      return named;
    },
  };
}

function toNumber(typed: string): number {
  if (Number.isNaN(Number(typed))) throw new RangeError('That is not a number.');
  return Number(typed);
}

function toBoolean(typed: string): boolean {
  if (!/^(y|yes|true|n|no|false)$/i.test(typed)) throw new RangeError('Type y or n.');
  return /^[yt]/i.test(typed);
}

function fromJson(typed: string): unknown {
  try {
    return JSON.parse(typed);
  } catch {
    throw new RangeError('That is not JSON. A text in it has quotes.');
  }
}
