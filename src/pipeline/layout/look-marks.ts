import type { BlockStatement, Node } from '@babel/types';
import { leadingKey, optional } from './token.ts';

/**
 * The places of a file at which a formatter may write a token or leave it out, as offsets in the
 * text. A token becomes optional in one of three ways:
 * - `there`: the syntax tree has a node for it, so it is in the text.
 * - `before` and `after`: the tree shows only where it belongs. If it is not in the text,
 *   `read-pieces.ts` adds it without a text.
 * - A comma before a closing bracket needs no tree. `read-pieces.ts` finds it by the bracket.
 */
export type LookMarks = {
  /** Keys of what belongs before the token that starts there. */
  readonly before: ReadonlyMap<number, readonly string[]>;
  /** Keys of what belongs after the token that ends there. */
  readonly after: ReadonlyMap<number, readonly string[]>;
  /** Names in quotes that need none. */
  readonly quotedNames: ReadonlySet<number>;
  /** The key of the optional token that is there. */
  readonly there: ReadonlyMap<number, string>;
  /** The `>` that close a list of types: other ones are operators. */
  readonly typeListEnds: ReadonlySet<number>;
};

type Marks = {
  readonly before: Map<number, string[]>;
  readonly after: Map<number, string[]>;
  readonly quotedNames: Set<number>;
  readonly there: Map<number, string>;
  readonly typeListEnds: Set<number>;
  /** Expressions of any kind that may have parentheses. */
  readonly operands: Set<Node>;
};

/** Finds the optional tokens of a syntax tree. */
export function findLookMarks(root: Node): LookMarks {
  // The other fields of a file are its comments and tokens.
  const top = root.type === 'File' ? root.program : root;
  const marks: Marks = {
    before: new Map(),
    after: new Map(),
    quotedNames: new Set(),
    there: new Map(),
    typeListEnds: new Set(),
    operands: new Set(),
  };
  visitAll(top, marks);
  return marks;
}

type Visit = {
  readonly node: Node;
  readonly parent: Node | undefined;
  readonly side: 'before' | 'after';
};

/**
 * Marks what is before each node, then its children, then what is after it. Needs no recursion: a
 * long chain of calls is as deep as it is long.
 */
function visitAll(root: Node, marks: Marks): void {
  const visits: Visit[] = [{ node: root, parent: undefined, side: 'before' }];
  for (let visit = visits.pop(); visit; visit = visits.pop()) {
    const { node, parent, side } = visit;
    if (side === 'after') {
      markAfter(node, parent, marks);
      continue;
    }
    markBefore(node, parent, marks);
    visits.push({ node, parent, side: 'after' });
    for (const child of childrenOf(node).toReversed())
      visits.push({ node: child, parent: node, side: 'before' });
  }
}

function markBefore(node: Node, parent: Node | undefined, marks: Marks): void {
  markLeading(node, marks);
  markBodies(node, marks, 'before');
  markGroup(node, parent, marks, 'before');
  markParameter(node, marks);
  markName(node, marks);
  if (typeLists.has(node.type)) marks.typeListEnds.add((node.end ?? 0) - 1);
}

function markAfter(node: Node, parent: Node | undefined, marks: Marks): void {
  markGroup(node, parent, marks, 'after');
  if (endsInSemicolon(node, parent)) push(marks.after, node.end, optional.semicolon);
  if (node.type === 'TSMappedType' && node.typeAnnotation)
    push(marks.after, node.typeAnnotation.end, optional.semicolon);
  markBodies(node, marks, 'after');
}

const typeLists = new Set(['TSTypeParameterDeclaration', 'TSTypeParameterInstantiation']);

function childrenOf(node: Node): readonly Node[] {
  return (Object.values(node) as unknown[]).flat().filter(isNode);
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}

function push(places: Map<number, string[]>, at: number | null | undefined, key: string): void {
  const place = at ?? 0;
  const keys = places.get(place);
  if (keys) keys.push(key);
  else places.set(place, [key]);
}

const statements = new Set([
  'ExpressionStatement',
  'ReturnStatement',
  'ThrowStatement',
  'BreakStatement',
  'ContinueStatement',
  'DebuggerStatement',
  'DoWhileStatement',
  'ImportDeclaration',
  'ExportAllDeclaration',
  'Directive',
  'ClassProperty',
  'ClassPrivateProperty',
  'ClassAccessorProperty',
  'TSTypeAliasDeclaration',
  'TSDeclareFunction',
  'TSDeclareMethod',
  'TSExportAssignment',
  'TSImportEqualsDeclaration',
  'TSNamespaceExportDeclaration',
  'TSPropertySignature',
  'TSMethodSignature',
  'TSIndexSignature',
  'TSCallSignatureDeclaration',
  'TSConstructSignatureDeclaration',
]);

function endsInSemicolon(node: Node, parent: Node | undefined): boolean {
  switch (node.type) {
    case 'VariableDeclaration':
      return !isLoopHead(node, parent);
    case 'ExportNamedDeclaration':
      return !node.declaration;
    case 'ExportDefaultDeclaration':
      return !/^(?:Function|Class|TSInterface)Declaration$/.test(node.declaration.type);
    default:
      return statements.has(node.type);
  }
}

function isLoopHead(node: Node, parent: Node | undefined): boolean {
  if (parent?.type === 'ForStatement') return parent.init === node;
  const isForOf = parent?.type === 'ForInStatement' || parent?.type === 'ForOfStatement';
  return isForOf && parent.left === node;
}

function markLeading(node: Node, { before }: Marks): void {
  if (node.type === 'TSUnionType') push(before, node.start, leadingKey('|'));
  if (node.type === 'TSIntersectionType') push(before, node.start, leadingKey('&'));
}

/** Marks the braces around a body of one statement, whether they are there or not. */
function markBodies(node: Node, marks: Marks, side: 'before' | 'after'): void {
  for (const body of bodiesOf(node)) {
    if (body.type === 'BlockStatement') {
      if (needsNoBraces(body, node))
        markThere(body, marks, optional.blockOpen, optional.blockClose);
    } else if (side === 'before') push(marks.before, body.start, optional.blockOpen);
    else push(marks.after, body.end, optional.blockClose);
  }
}

function bodiesOf(node: Node): readonly Node[] {
  switch (node.type) {
    case 'IfStatement': {
      const { consequent, alternate } = node;
      return alternate && alternate.type !== 'IfStatement' ? [consequent, alternate] : [consequent];
    }
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return [node.body];
    default:
      return [];
  }
}

function needsNoBraces(block: BlockStatement, parent: Node): boolean {
  const [only, ...others] = block.body;
  if (!only || others.length > 0 || block.directives.length > 0) return false;
  const isElse = parent.type === 'IfStatement' && parent.alternate === block;
  return !only.type.endsWith('Declaration') && !(isElse && only.type === 'IfStatement');
}

/** Marks the first and the last character of a node. */
function markThere({ start, end }: Node, { there }: Marks, open: string, close: string): void {
  there.set(start ?? 0, open);
  there.set((end ?? 0) - 1, close);
}

function withoutParentheses(node: Node): Node {
  let inner = node;
  while (inner.type === 'ParenthesizedExpression') inner = inner.expression;
  return inner;
}

const groups = new Set([
  'BinaryExpression',
  'LogicalExpression',
  'ConditionalExpression',
  'AssignmentExpression',
  'AwaitExpression',
  'YieldExpression',
  'SequenceExpression',
  'TSAsExpression',
  'TSSatisfiesExpression',
]);

/**
 * Marks the parentheses around an expression, whether they are there or not. All of them together
 * say how the code nests.
 */
function markGroup(
  node: Node,
  parent: Node | undefined,
  marks: Marks,
  side: 'before' | 'after',
): void {
  if (node.type === 'ConditionalExpression' && side === 'before')
    for (const one of [node.test, node.consequent, node.alternate])
      marks.operands.add(withoutParentheses(one));
  if (!groups.has(node.type) && !marks.operands.has(node)) return;
  if (parent?.type === 'ParenthesizedExpression') {
    markThere(parent, marks, optional.groupOpen, optional.groupClose);
  } else if (side === 'before') push(marks.before, node.start, optional.groupOpen);
  else push(marks.after, node.end, optional.groupClose);
}

/** Marks the parentheses around the only parameter of an arrow function. */
function markParameter(node: Node, { before, after }: Marks): void {
  if (node.type !== 'ArrowFunctionExpression' || node.returnType || node.typeParameters) return;
  const [parameter, ...others] = node.params;
  if (others.length > 0 || parameter?.type !== 'Identifier') return;
  if (parameter.typeAnnotation || parameter.optional) return;
  push(before, parameter.start, optional.parameterOpen);
  push(after, parameter.end, optional.parameterClose);
}

const name = /^[A-Za-z_$][\w$]*$/;

function markName(node: Node, { quotedNames }: Marks): void {
  if (!('key' in node) || ('computed' in node && node.computed)) return;
  const key: unknown = node.key;
  if (!isNode(key) || key.type !== 'StringLiteral' || !name.test(key.value)) return;
  quotedNames.add(key.start ?? 0);
}
