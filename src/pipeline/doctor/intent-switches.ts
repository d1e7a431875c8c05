import type {
  Function as FunctionNode,
  Node,
  Program,
  SwitchCase,
  SwitchStatement,
} from '@babel/types';
import { childrenOf } from '../wiring/undeclared-names.ts';
import { keyOf, nodesIn, textOf, unwrap } from './syntax.ts';

/** How a function distinguishes the intents of a step. */
export type Dispatch = {
  /** The intents that have a case, or that the code compares with. */
  readonly intents: ReadonlySet<string>;
  /** The intents that have a case, in order. */
  readonly cases: readonly string[];
  /** False if the code may handle other intents in a way that cannot be read. */
  readonly complete: boolean;
  /** The statements of the default case. */
  readonly fallback: readonly Node[] | undefined;
};

type NamedFunction = { readonly name: string | undefined; readonly body: Node };

type SwitchingFunction = NamedFunction & { readonly switches: readonly SwitchStatement[] };

/**
 * Finds the function called `name` that switches over the intent of a step. If no such function has
 * that name, takes the only one that switches.
 */
export function dispatchOf(name: string, program: Program): Dispatch | undefined {
  const switching = functionsIn(program, undefined)
    .map((one) => ({ ...one, switches: ownNodes(one.body).filter(isOverIntent) }))
    .filter(({ switches }) => switches.length > 0);
  const found = switching.find((one) => one.name === name);
  if (found) return read(found);
  const [only, ...others] = switching;
  return only && others.length === 0 ? read(only) : undefined;
}

function read({ body, switches }: SwitchingFunction): Dispatch {
  const all = switches.flatMap((one) => one.cases);
  const tests = all.flatMap(({ test }) => test ?? []).map(textOf);
  const cases = tests.filter((test) => test !== undefined);
  const outside = nodesIn(body, (node) => isFunction(node) || switches.some((one) => one === node));
  const returns = outside.filter(({ type }) => type === 'ReturnStatement');
  return {
    intents: new Set([...cases, ...ownNodes(body).flatMap(comparedWith)]),
    cases,
    complete: cases.length === tests.length && returns.every(isUnreachable),
    fallback: fallbackOf(all),
  };
}

/** Returns the statements of the default case, or of the case that it falls through to. */
function fallbackOf(cases: readonly SwitchCase[]): readonly Node[] | undefined {
  const from = cases.findIndex(({ test }) => !test);
  if (from < 0) return undefined;
  return cases.slice(from).find(({ consequent }) => consequent.length > 0)?.consequent ?? [];
}

/** Whether the default case handles all other intents, instead of stating that there are none. */
export function handlesAll({ fallback = [] }: Dispatch): boolean {
  const returns = fallback
    .flatMap((node) => nodesIn(node, isFunction))
    .some(({ type }) => type === 'ReturnStatement');
  return returns && !fallback.some(isUnreachable);
}

/** Whether code states that it is unreachable: with the type `never`, or by `assertNever(...)`. */
function isUnreachable(node: Node): boolean {
  return nodesIn(node).some((one) => one.type === 'TSNeverKeyword' || isAssertingCall(one));
}

function isAssertingCall(node: Node): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return false;
  return /never|unreachable|exhaust/i.test(node.callee.name);
}

function isOverIntent(node: Node): node is SwitchStatement {
  return node.type === 'SwitchStatement' && isIntent(node.discriminant);
}

function isIntent(node: Node): boolean {
  const inner = unwrap(node);
  if (inner.type === 'Identifier') return inner.name === 'intent';
  if (inner.type !== 'MemberExpression' && inner.type !== 'OptionalMemberExpression') return false;
  return keyOf({ key: inner.property, computed: inner.computed }) === 'intent';
}

/** Returns the text that an expression compares the intent with. */
function comparedWith(node: Node): readonly string[] {
  if (node.type !== 'BinaryExpression' || !/^[=!]==?$/.test(node.operator)) return [];
  const { left, right } = node;
  if (isIntent(left)) return listOf(textOf(right));
  if (isIntent(right)) return listOf(textOf(left));
  return [];
}

const listOf = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);

/** Returns the nodes of a function without those of the functions inside it. */
const ownNodes = (body: Node): readonly Node[] => nodesIn(body, isFunction);

const functionTypes: ReadonlySet<string> = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ObjectMethod',
  'ClassMethod',
  'ClassPrivateMethod',
]);

function isFunction(node: Node): node is FunctionNode {
  return functionTypes.has(node.type);
}

/** Returns all functions under a node. `name` is the name that the code around gives to them. */
function functionsIn(node: Node, name: string | undefined): readonly NamedFunction[] {
  const called = nameOf(node) ?? name;
  if (!isFunction(node)) return childrenOf(node).flatMap((child) => functionsIn(child, called));
  const inner = childrenOf(node).flatMap((child) => functionsIn(child, undefined));
  return [{ name: called, body: node.body }, ...inner];
}

function nameOf(node: Node): string | undefined {
  if (node.type === 'FunctionDeclaration') return node.id?.name;
  if (node.type === 'VariableDeclarator')
    return node.id.type === 'Identifier' ? node.id.name : undefined;
  const isMember = /^(?:Object|Class)(?:Property|Method)$/.test(node.type);
  return isMember && 'key' in node ? keyOf(node) : undefined;
}
