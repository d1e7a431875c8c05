import { parse } from '@babel/parser';
import type {
  ImportSpecifier,
  Node,
  ObjectExpression,
  Program,
  VariableDeclarator,
} from '@babel/types';
import { childrenOf } from '../wiring/undeclared-names.ts';

/** A parsed file, or the line (from 1) of its first syntax error and the parser's message. */
export type ParsedFile =
  | { readonly kind: 'parsed'; readonly program: Program }
  | { readonly kind: 'broken'; readonly line: number; readonly why: string };

const plugins = [
  'typescript',
  'decoratorAutoAccessors',
  'deprecatedImportAssert',
  'explicitResourceManagement',
] as const;

/** Parses a TypeScript file with all syntax that the user's compiler may accept. */
export function parseSource(text: string): ParsedFile {
  const parsed = parseWith(text, 'decorators');
  if (parsed.kind === 'parsed') return parsed;
  // Legacy decorators allow them on parameters; the standard ones allow them after `export`.
  const legacy = parseWith(text, 'decorators-legacy');
  return legacy.kind === 'parsed' ? legacy : parsed;
}

function parseWith(text: string, decorators: 'decorators' | 'decorators-legacy'): ParsedFile {
  try {
    const { program } = parse(text, { sourceType: 'module', plugins: [...plugins, decorators] });
    return { kind: 'parsed', program };
  } catch (error) {
    // The parser is recursive: deep nesting exhausts the stack.
    if (error instanceof RangeError)
      return { kind: 'broken', line: 1, why: 'It nests too deeply to parse.' };
    if (!(error instanceof SyntaxError)) throw error;
    const { loc } = error as { loc?: { line: number } };
    const why = error.message.replace(/\s*\(\d+:\d+\)$/, '');
    return { kind: 'broken', line: loc?.line ?? 1, why };
  }
}

/** Returns a node and all nodes under it. Does not go below nodes for which `stop` holds. */
export function nodesIn(node: Node, stop: (node: Node) => boolean = () => false): readonly Node[] {
  const below = childrenOf(node).flatMap((child) => {
    if (stop(child)) return [child];
    return nodesIn(child, stop);
  });
  return [node, ...below];
}

/** Returns an expression without the type assertions and parentheses around it. */
export function unwrap(node: Node): Node {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return unwrap(node.expression);
    default:
      return node;
  }
}

/** Returns the value of a string literal or of a template without expressions. */
export function textOf(node: Node): string | undefined {
  const inner = unwrap(node);
  if (inner.type === 'StringLiteral') return inner.value;
  if (inner.type !== 'TemplateLiteral' || inner.expressions.length > 0) return undefined;
  return inner.quasis[0]?.value.cooked ?? undefined;
}

/** Returns the key of a property or method; `undefined` if it is computed from other code. */
export function keyOf(property: {
  readonly key: Node;
  readonly computed?: boolean | null;
}): string | undefined {
  const { key, computed } = property;
  if (key.type === 'Identifier' && !computed) return key.name;
  return textOf(key);
}

/** Returns the object of an expression: a literal, or a constant of the same file that is one. */
export function objectOf(node: Node, program: Program): ObjectExpression | undefined {
  const inner = unwrap(node);
  if (inner.type === 'ObjectExpression') return inner;
  if (inner.type !== 'Identifier') return undefined;
  const constant = constantsOf(program).get(inner.name);
  const value = constant && unwrap(constant);
  return value?.type === 'ObjectExpression' ? value : undefined;
}

/** Returns the initial values of a file's top-level variables, by name. */
export function constantsOf(program: Program): ReadonlyMap<string, Node> {
  const constants = new Map<string, Node>();
  for (const { id, init } of declarationsOf(program))
    if (id.type === 'Identifier' && init) constants.set(id.name, init);
  return constants;
}

/** Returns the values that a file takes a property out of, by the name that it gets. */
export function takenOut(property: string, program: Program): ReadonlyMap<string, Node> {
  const taken = new Map<string, Node>();
  for (const { id, init } of declarationsOf(program)) {
    if (id.type !== 'ObjectPattern' || !init) continue;
    for (const one of id.properties) {
      if (one.type !== 'ObjectProperty' || keyOf(one) !== property) continue;
      if (one.value.type === 'Identifier') taken.set(one.value.name, init);
    }
  }
  return taken;
}

function declarationsOf(program: Program): readonly VariableDeclarator[] {
  return program.body.flatMap((statement) => {
    const isExport = statement.type === 'ExportNamedDeclaration';
    const declaration = isExport ? statement.declaration : statement;
    return declaration?.type === 'VariableDeclaration' ? declaration.declarations : [];
  });
}

/** Returns the named imports of a file, from the modules that fit. */
export function namedImports(
  program: Program,
  fits: (source: string) => boolean = () => true,
): readonly ImportSpecifier[] {
  return program.body
    .filter((one) => one.type === 'ImportDeclaration')
    .filter((one) => fits(one.source.value))
    .flatMap((one) => one.specifiers)
    .filter((one) => one.type === 'ImportSpecifier');
}

/** Returns the name of an import in the module that exports it. */
export function exportedName({ imported }: ImportSpecifier): string {
  return imported.type === 'Identifier' ? imported.name : imported.value;
}

/**
 * Returns the calls of a function that a file imports by the name `name`, under any local name. The
 * name of the imported file is `file`, with or without an extension.
 */
export function callsOf(name: string, file: string, program: Program) {
  const locals = namedImports(program, (source) => fileNameOf(source) === file)
    .filter((one) => exportedName(one) === name)
    .map((one) => one.local.name);
  return nodesIn(program)
    .filter((node) => node.type === 'CallExpression')
    .filter(({ callee }) => callee.type === 'Identifier' && locals.includes(callee.name));
}

function fileNameOf(source: string): string | undefined {
  return source
    .split('/')
    .at(-1)
    ?.replace(/\.[cm]?[jt]s$/, '');
}
