import type {
  Function as FunctionNode,
  Node,
  Program,
  SwitchCase,
  SwitchStatement,
} from '@babel/types';
import { childrenOf } from '../wiring/undeclared-names.ts';
import { bare, keyOf, nodesIn, textOf } from './syntax.ts';

/** How one function tells intents apart. */
export type Dispatch = {
  /** The intents that have a case, or are compared with. */
  readonly intents: ReadonlySet<string>;
  /** The intents of the cases alone, in order. */
  readonly cases: readonly string[];
  /** False where others may be told apart in ways that cannot be read. */
  readonly whole: boolean;
  readonly fallback: readonly Node[] | undefined;
};

type Named = { readonly name: string | undefined; readonly body: Node };

/** The function called `name` that switches over a step's intent, else the only one that does. */
export function dispatchOf(name: string, program: Program): Dispatch | undefined {
  const switching = functionsIn(program, undefined)
    .map(({ name: called, body }) => ({
      called,
      body,
      switches: shallow(body).filter(isOverIntent),
    }))
    .filter(({ switches }) => switches.length > 0);
  const named = switching.find(({ called }) => called === name);
  const found = named ?? (switching.length === 1 ? switching[0] : undefined);
  return found && read(found.body, found.switches);
}

function read(body: Node, switches: readonly SwitchStatement[]): Dispatch {
  const all = switches.flatMap((one) => one.cases);
  const tests = all.flatMap(({ test }) => (test ? [textOf(test)] : []));
  const cases = tests.filter((test) => test !== undefined);
  const outside = nodesIn(body, (node) => isFunction(node) || switches.some((one) => one === node));
  const returns = outside.filter(({ type }) => type === 'ReturnStatement');
  return {
    intents: new Set([...cases, ...shallow(body).flatMap(comparedWith)]),
    cases,
    whole: cases.length === tests.length && returns.every(isImpossible),
    fallback: fallbackOf(all),
  };
}

/** What the default case does, on into the cases that it falls into. */
function fallbackOf(cases: readonly SwitchCase[]): readonly Node[] | undefined {
  const from = cases.findIndex(({ test }) => !test);
  if (from < 0) return undefined;
  return cases.slice(from).find(({ consequent }) => consequent.length > 0)?.consequent ?? [];
}

/** Whether the default case acts on what it gets, rather than say that it cannot happen. */
export function catchesAll({ fallback = [] }: Dispatch): boolean {
  const returns = fallback
    .flatMap((node) => nodesIn(node, isFunction))
    .some(({ type }) => type === 'ReturnStatement');
  return returns && !fallback.some(isImpossible);
}

/** Whether code says that it is never reached. */
function isImpossible(node: Node): boolean {
  return nodesIn(node).some(
    (one) =>
      one.type === 'TSNeverKeyword' ||
      (one.type === 'CallExpression' &&
        one.callee.type === 'Identifier' &&
        /never|unreachable|exhaust/i.test(one.callee.name)),
  );
}

function isOverIntent(node: Node): node is SwitchStatement {
  return node.type === 'SwitchStatement' && isIntent(node.discriminant);
}

function isIntent(node: Node): boolean {
  const inner = bare(node);
  if (inner.type === 'Identifier') return inner.name === 'intent';
  if (inner.type !== 'MemberExpression' && inner.type !== 'OptionalMemberExpression') return false;
  return keyOf({ key: inner.property, computed: inner.computed }) === 'intent';
}

function comparedWith(node: Node): readonly string[] {
  if (node.type !== 'BinaryExpression' || !/^[=!]==?$/.test(node.operator)) return [];
  const { left, right } = node;
  const text = isIntent(left) ? textOf(right) : isIntent(right) ? textOf(left) : undefined;
  return text === undefined ? [] : [text];
}

/** A function's own code, without that of the functions in it. */
const shallow = (body: Node): readonly Node[] => nodesIn(body, isFunction);

function isFunction(node: Node): node is FunctionNode {
  return /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ObjectMethod|Class(?:Private)?Method)$/.test(
    node.type,
  );
}

function functionsIn(node: Node, name: string | undefined): readonly Named[] {
  const called = nameOf(node) ?? name;
  const own = isFunction(node) ? [{ name: called, body: node.body }] : [];
  const inside = isFunction(node) ? undefined : called;
  return [...own, ...childrenOf(node).flatMap((child) => functionsIn(child, inside))];
}

function nameOf(node: Node): string | undefined {
  if (node.type === 'FunctionDeclaration') return node.id?.name;
  if (node.type === 'VariableDeclarator')
    return node.id.type === 'Identifier' ? node.id.name : undefined;
  return /^(?:Object|Class)(?:Property|Method)$/.test(node.type) && 'key' in node
    ? keyOf(node)
    : undefined;
}
