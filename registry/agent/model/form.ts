import * as z from 'zod';
import { inexactNumber, parseJson } from '../core/json.ts';
import { jsonSchemaOf } from '../core/model.ts';
import type { Screen } from '../screen/screen.ts';
import { plain, remark } from '../screen/text.ts';

type JsonSchema = z.core.JSONSchema.JSONSchema;
type Resolve = (node: JsonSchema) => JsonSchema;

/** A next step for a person to fill in. `constants` has its intent. */
export type Form = {
  readonly intent: string;
  readonly description: string;
  readonly constants: object;
  readonly fields: readonly FormField[];
};

/** A field of a form. Its `parse` accepts an empty line if the field may be left out. */
export type FormField = Input & {
  readonly name: string;
  readonly description: string;
};

/** Returns a form for each step of a union. */
export function formsOf(schema: z.ZodType): readonly Form[] {
  const root = jsonSchemaOf(schema);
  const resolve = (node: JsonSchema) => {
    if (!node.$ref) return node;
    const name = node.$ref.slice('#/$defs/'.length);
    return root.$defs?.[name] ?? root;
  };
  return branchesOf(root).map((branch) => toForm(resolve(branch), resolve));
}

function toForm(step: JsonSchema, resolve: Resolve): Form {
  const { properties = {}, required = [], description = '' } = step;
  const constants: Record<string, unknown> = {};
  const fields: FormField[] = [];
  for (const [name, property] of Object.entries(properties)) {
    const node = resolve(toNode(property));
    const isRequired = required.includes(name);
    if (node.const !== undefined) constants[name] = node.const;
    else fields.push(toField(name, node, isRequired, resolve));
  }
  const intent = String(constants['intent']);
  return { intent, description, constants, fields };
}

/** The schemas `true` and `false` have no keywords. */
function toNode(node: JsonSchema | boolean): JsonSchema {
  return typeof node === 'boolean' ? {} : node;
}

function branchesOf(node: JsonSchema): readonly JsonSchema[] {
  const branches = node.anyOf ?? node.oneOf;
  if (branches) return branches.map(toNode);
  if (!Array.isArray(node.type)) return [node];
  return node.type.map((type) => ({ ...node, type }));
}

function toField(name: string, node: JsonSchema, isRequired: boolean, resolve: Resolve): FormField {
  const branches = branchesOf(node).map(resolve);
  const values = branches.filter(({ type }) => type !== 'null');
  const isNullable = values.length < branches.length;
  const [value = node] = values;
  const input = inputFor(values.length > 1 ? { ...node, anyOf: [...values] } : value);
  const canBeEmpty = isNullable || !isRequired;
  return {
    name,
    description: node.description ?? value.description ?? '',
    expects: canBeEmpty ? `${input.expects}, or nothing` : input.expects,
    parse(typed) {
      if (typed !== '') return input.parse(typed);
      if (!canBeEmpty) {
        throw new RangeError('It cannot be left out.');
      }
      return isRequired ? null : undefined;
    },
  };
}

/** A screen on which a person answers every question. */
export type FormScreen = Omit<Screen, 'ask'> & {
  ask: (prompt: string) => Promise<string>;
};

const BACK = '/back';

/** Asks for each field. Returns undefined if the person goes back, or the step is not valid. */
export async function fillForm(
  screen: FormScreen,
  { constants, fields }: Form,
  schema: z.ZodType,
): Promise<object | undefined> {
  let step = constants;
  if (fields.length > 0) {
    screen.print(remark(screen, 'dim', `${BACK} chooses again`));
  }
  for (const field of fields) {
    const value = await askField(screen, field, step, schema);
    if (value === BACK) return undefined;
    if (value !== undefined) step = { ...step, [field.name]: value };
  }
  const { error } = schema.safeParse(step);
  if (!error) return step;
  screen.print(remark(screen, 'bad', z.prettifyError(error)));
  return undefined;
}

/** Asks until the schema accepts the field. */
async function askField(
  screen: FormScreen,
  { name, description, expects, parse }: FormField,
  step: object,
  schema: z.ZodType,
): Promise<unknown> {
  const about = [description, `(${expects})`].filter(Boolean).join(' ');
  screen.print(remark(screen, 'dim', `${name}: ${about}`));
  for (;;) {
    const typed = await screen.ask(`${plain(name)}> `);
    if (typed === BACK) return BACK;
    try {
      const value = parse(typed);
      if (value !== undefined) {
        checkField(schema, { ...step, [name]: value }, name);
      }
      return value;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      screen.print(remark(screen, 'bad', error.message));
    }
  }
}

/** Checks one field: those after it are still missing. @throws RangeError */
function checkField(schema: z.ZodType, step: object, name: string): void {
  const issues = schema.safeParse(step).error?.issues ?? [];
  const issue = issues.find(({ path }) => path[0] === name);
  if (!issue) return;
  const place = issue.path.slice(1).join('.');
  throw new RangeError([place, issue.message].filter(Boolean).join(': '));
}

/** How a person types a value. */
type Input = {
  /** Describes what to type. */
  readonly expects: string;
  /** @throws RangeError that says what is wrong */
  parse: (typed: string) => unknown;
};

function inputFor(node: JsonSchema): Input {
  const constants = node.anyOf?.map((branch) => toNode(branch).const);
  const options = node.enum ?? constants;
  if (options?.every((option) => option !== undefined)) {
    return optionInput(options);
  }
  switch (node.type) {
    case 'string':
      return { expects: 'text', parse: (typed) => typed };
    case 'boolean':
      return { expects: 'y or n', parse: toBoolean };
    case 'integer':
      return { expects: 'a whole number', parse: toNumber };
    case 'number':
      return { expects: 'a number', parse: toNumber };
    default:
      return {
        expects: `JSON that matches ${JSON.stringify(node)}`,
        parse: toJson,
      };
  }
}

/** An option is typed as it is or by its number. The option comes first, as it may be a number. */
function optionInput(options: readonly unknown[]): Input {
  const numbered = options.map((option, index) => `${index + 1} ${option}`);
  return {
    expects: numbered.join(', '),
    parse(typed) {
      const exact = options.find((option) => String(option) === typed);
      const option = exact ?? options[Number(typed) - 1];
      if (option !== undefined) return option;
      throw new RangeError(`It is one of these: ${options.join(', ')}`);
    },
  };
}

function toNumber(typed: string): number {
  const value = Number(typed);
  if (Number.isNaN(value) || /[^-+.\de]/i.test(typed)) {
    throw new RangeError('That is not a number.');
  }
  checkExact(typed);
  return value;
}

function toBoolean(typed: string): boolean {
  if (/^(y|yes|true)$/i.test(typed)) return true;
  if (/^(n|no|false)$/i.test(typed)) return false;
  throw new RangeError('Type y or n.');
}

function toJson(typed: string): unknown {
  const value = parseJson(typed);
  if (value === undefined) {
    throw new RangeError('That is not JSON. A text in it has quotes.');
  }
  checkExact(typed);
  return value;
}

/** @throws RangeError for a number that would be rounded */
function checkExact(typed: string): void {
  const inexact = inexactNumber(typed);
  if (inexact) throw new RangeError(`${inexact}.`);
}
