import { parse } from '@babel/parser';
import type { Expression, Node, ObjectExpression, Program } from '@babel/types';

/** A value that is known without running the code. `open` objects and lists may hold more. */
export type Value =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'plain'; readonly value: string | boolean }
  | { readonly kind: 'list'; readonly items: readonly Value[]; readonly isOpen: boolean }
  | ObjectValue;

export type ObjectValue = {
  readonly kind: 'object';
  readonly fields: ReadonlyMap<string, Value>;
  readonly isOpen: boolean;
};

const unknown: Value = { kind: 'unknown' };
const emptyObject: ObjectValue = { kind: 'object', fields: new Map(), isOpen: false };
const openObject: ObjectValue = { ...emptyObject, isOpen: true };

/** Reads what a configuration file exports, as far as its text says it. None of its code runs. */
export function readExported(text: string): Value {
  const program = parseProgram(text);
  if (!program) return unknown;
  const constants = constantsIn(program);
  for (const statement of program.body) {
    if (statement.type === 'ExportDefaultDeclaration')
      return valueOf(statement.declaration, constants);
    const exported = moduleExports(statement);
    if (exported) return valueOf(exported, constants);
  }
  return unknown;
}

/** Returns a field of an object. Without the field: `empty`, or unknown if it may be there. */
export function fieldOf(value: Value, name: string): Value | 'absent' {
  if (value.kind !== 'object') return unknown;
  return value.fields.get(name) ?? (value.isOpen ? unknown : 'absent');
}

function parseProgram(text: string): Program | undefined {
  try {
    return parse(text, { sourceType: 'module', plugins: ['typescript'] }).program;
  } catch {
    return undefined;
  }
}

type Constants = ReadonlyMap<string, Expression>;

function constantsIn({ body }: Program): Constants {
  const found = new Map<string, Expression>();
  for (const statement of body) {
    if (statement.type !== 'VariableDeclaration' || statement.kind !== 'const') continue;
    for (const { id, init } of statement.declarations) {
      if (id.type === 'Identifier' && init) found.set(id.name, init);
    }
  }
  return found;
}

function moduleExports(statement: Node): Expression | undefined {
  if (statement.type !== 'ExpressionStatement') return undefined;
  const { expression } = statement;
  if (expression.type !== 'AssignmentExpression') return undefined;
  const { left, right } = expression;
  const isExports =
    left.type === 'MemberExpression' &&
    left.object.type === 'Identifier' &&
    left.object.name === 'module';
  return isExports ? right : undefined;
}

function valueOf(node: Node, constants: Constants): Value {
  switch (node.type) {
    case 'StringLiteral':
    case 'BooleanLiteral':
      return { kind: 'plain', value: node.value };
    case 'TemplateLiteral':
      return templateValue(node.quasis.map(({ value }) => value.cooked ?? undefined));
    case 'ArrayExpression':
      return listValue(node.elements, constants);
    case 'ObjectExpression':
      return objectValue(node, constants);
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'ParenthesizedExpression':
      return valueOf(node.expression, constants);
    case 'Identifier':
      return constantValue(node.name, constants);
    case 'CallExpression':
      return callValue(node.callee, node.arguments, constants);
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
      return bodyValue(node.body, constants);
    default:
      return unknown;
  }
}

function templateValue([text, ...others]: readonly (string | undefined)[]): Value {
  if (text === undefined || others.length > 0) return unknown;
  return { kind: 'plain', value: text };
}

function constantValue(name: string, constants: Constants): Value {
  const init = constants.get(name);
  if (!init) return unknown;
  // Without itself, a constant cannot lead back to its own name.
  return valueOf(init, new Map([...constants].filter(([other]) => other !== name)));
}

function listValue(elements: readonly (Node | null)[], constants: Constants): Value {
  const items: Value[] = [];
  let isOpen = false;
  for (const element of elements) {
    if (element?.type !== 'SpreadElement') {
      items.push(element ? valueOf(element, constants) : unknown);
      continue;
    }
    const spread = valueOf(element.argument, constants);
    if (spread.kind !== 'list' || spread.isOpen) isOpen = true;
    if (spread.kind === 'list') items.push(...spread.items);
  }
  return { kind: 'list', items, isOpen };
}

function objectValue({ properties }: ObjectExpression, constants: Constants): Value {
  let result = emptyObject;
  for (const property of properties) {
    if (property.type === 'SpreadElement') {
      result = mergeObjects(result, valueOf(property.argument, constants));
      continue;
    }
    const name = property.computed ? undefined : nameOf(property.key);
    if (name === undefined) {
      result = { ...result, isOpen: true };
      continue;
    }
    const isValue = property.type === 'ObjectProperty';
    const value = isValue ? valueOf(property.value, constants) : unknown;
    result = { ...result, fields: new Map(result.fields).set(name, value) };
  }
  return result;
}

function nameOf(key: Node): string | undefined {
  if (key.type === 'Identifier') return key.name;
  return key.type === 'StringLiteral' ? key.value : undefined;
}

const wrappers = ['defineConfig', 'defineProject', 'defineWorkspace'];

function callValue(callee: Node, args: readonly Node[], constants: Constants): Value {
  const name = callee.type === 'Identifier' ? callee.name : '';
  const [first, second] = args;
  if (wrappers.includes(name) && first) return valueOf(first, constants);
  if (name !== 'mergeConfig' || !first || !second) return unknown;
  return mergeDeep(valueOf(first, constants), valueOf(second, constants));
}

/** The value of a function without conditions: its body has one statement, which returns. */
function bodyValue(body: Node, constants: Constants): Value {
  if (body.type !== 'BlockStatement') return valueOf(body, constants);
  const [only, ...others] = body.body;
  if (only?.type !== 'ReturnStatement' || !only.argument || others.length > 0) return unknown;
  return valueOf(only.argument, constants);
}

function mergeObjects(before: ObjectValue, value: Value): ObjectValue {
  // The unknown fields of a spread may replace any that are before it.
  if (value.kind !== 'object') return openObject;
  const kept = value.isOpen ? [] : before.fields;
  return {
    kind: 'object',
    fields: new Map([...kept, ...value.fields]),
    isOpen: before.isOpen || value.isOpen,
  };
}

/** Merges as `mergeConfig` does: objects by their fields, and lists one after the other. */
function mergeDeep(before: Value, after: Value): Value {
  if (before.kind === 'list' && after.kind === 'list') {
    const items = [...before.items, ...after.items];
    return { kind: 'list', items, isOpen: before.isOpen || after.isOpen };
  }
  // A list that is not known may come before this one.
  if (after.kind === 'list' && before.kind === 'unknown') return { ...after, isOpen: true };
  if (after.kind !== 'object') return after;
  const base = before.kind === 'object' ? before : openObject;
  const fields = new Map(base.fields);
  for (const [name, value] of after.fields) {
    const own = fieldOf(base, name);
    fields.set(name, own === 'absent' ? value : mergeDeep(own, value));
  }
  return { kind: 'object', fields, isOpen: base.isOpen || after.isOpen };
}
