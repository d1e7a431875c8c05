import * as z from 'zod';
import { typedAs, type Typed } from './typed.ts';

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
  const follow = (node: Node): Node => (node.$ref ? (root.$defs?.[node.$ref.slice('#/$defs/'.length)] ?? root) : node);
  return branchesOf(root).map((branch) => {
    const { properties = {}, required = [], description = '' } = follow(branch);
    const all = Object.entries(properties).map(([name, node]) => ({ name, node: follow(Object(node)) }));
    const given = Object.fromEntries(all.filter(isGiven).map(({ name, node }) => [name, node.const]));
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

function toField(name: string, node: Node, isRequired: boolean, follow: (node: Node) => Node): Field {
  const branches = branchesOf(node).map(follow);
  const [inner = node, ...others] = branches.filter(({ type }) => type !== 'null');
  const isNullable = others.length + 1 < branches.length;
  const { expects, parse } = typedAs(others.length > 0 ? { ...node, anyOf: [inner, ...others] } : inner);
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
