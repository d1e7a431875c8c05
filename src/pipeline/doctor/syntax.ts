import { parse } from '@babel/parser';
import type { Node, ObjectExpression, Program } from '@babel/types';
import { childrenOf } from '../wiring/undeclared-names.ts';

/** A file as a tree, or the line (counted from 1) at which it is no valid TypeScript, and why. */
export type Parsed =
  | { readonly kind: 'parsed'; readonly program: Program }
  | { readonly kind: 'broken'; readonly line: number; readonly why: string };

const plugins = [
  'typescript',
  'decoratorAutoAccessors',
  'deprecatedImportAssert',
  'explicitResourceManagement',
] as const;

/** Parses a TypeScript file, with all of the language that a user's compiler may take. */
export function parseSource(text: string): Parsed {
  const parsed = parseWith(text, 'decorators');
  if (parsed.kind === 'parsed') return parsed;
  // Only the older form has decorators of parameters, and only the newer one has them after an `export`.
  const older = parseWith(text, 'decorators-legacy');
  return older.kind === 'parsed' ? older : parsed;
}

function parseWith(text: string, decorators: 'decorators' | 'decorators-legacy'): Parsed {
  try {
    const { program } = parse(text, { sourceType: 'module', plugins: [...plugins, decorators] });
    return { kind: 'parsed', program };
  } catch (error) {
    if (error instanceof RangeError)
      return { kind: 'broken', line: 1, why: 'It nests too deep to be read.' };
    if (!(error instanceof SyntaxError)) throw error;
    const { loc } = error as { loc?: { line: number } };
    return {
      kind: 'broken',
      line: loc?.line ?? 1,
      why: error.message.replace(/\s*\(\d+:\d+\)$/, ''),
    };
  }
}

/** A node and all under it; nothing under those for which `stop` holds. */
export function nodesIn(node: Node, stop: (node: Node) => boolean = () => false): readonly Node[] {
  return [
    node,
    ...childrenOf(node).flatMap((child) => (stop(child) ? [child] : nodesIn(child, stop))),
  ];
}

/** An expression without the types and brackets around it. */
export function bare(node: Node): Node {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return bare(node.expression);
    default:
      return node;
  }
}

/** The text that an expression is, if that can be read. */
export function textOf(node: Node): string | undefined {
  const inner = bare(node);
  if (inner.type === 'StringLiteral') return inner.value;
  if (inner.type !== 'TemplateLiteral' || inner.expressions.length > 0) return undefined;
  return inner.quasis[0]?.value.cooked ?? undefined;
}

/** The key of a property or method, if that can be read. */
export function keyOf(property: {
  readonly key: Node;
  readonly computed?: boolean | null;
}): string | undefined {
  const { key, computed } = property;
  return key.type === 'Identifier' && !computed ? key.name : textOf(key);
}

/** The object that an expression is, in place or by the name of a constant of the same file. */
export function objectOf(node: Node, program: Program): ObjectExpression | undefined {
  const inner = bare(node);
  if (inner.type === 'ObjectExpression') return inner;
  if (inner.type !== 'Identifier') return undefined;
  const constant = constantsOf(program).get(inner.name);
  const value = constant && bare(constant);
  return value?.type === 'ObjectExpression' ? value : undefined;
}

/** What the constants of a file's outermost scope are given, by name. */
export function constantsOf(program: Program): ReadonlyMap<string, Node> {
  const statements = program.body.map((one) =>
    one.type === 'ExportNamedDeclaration' ? one.declaration : one,
  );
  const declared = statements.flatMap((one) =>
    one?.type === 'VariableDeclaration' ? one.declarations : [],
  );
  return new Map(
    declared.flatMap(({ id, init }) =>
      id.type === 'Identifier' && init ? [[id.name, init] as const] : [],
    ),
  );
}

/** The calls of what a file imports as `name` from a module called `from`, under whatever name. */
export function callsOf(name: string, from: string, program: Program) {
  const isFrom = (source: string) =>
    source
      .split('/')
      .at(-1)
      ?.replace(/\.[cm]?[jt]s$/, '') === from;
  const imports = program.body
    .filter((one) => one.type === 'ImportDeclaration')
    .filter((one) => isFrom(one.source.value));
  const locals = imports
    .flatMap((one) => one.specifiers)
    .filter(
      (one) =>
        one.type === 'ImportSpecifier' &&
        (one.imported.type === 'Identifier' ? one.imported.name : one.imported.value) === name,
    )
    .map((one) => one.local.name);
  return nodesIn(program)
    .filter((node) => node.type === 'CallExpression')
    .filter(({ callee }) => callee.type === 'Identifier' && locals.includes(callee.name));
}
