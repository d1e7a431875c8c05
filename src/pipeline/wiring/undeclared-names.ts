import type { Node } from '@babel/types';

/**
 * Returns the names that are used where no scope around the use declares them:
 * globals of the runtime, or mistakes. It walks the tree from the top with the set
 * of declared names, and adds the names of each scope that it enters. Names of
 * properties are not uses.
 */
export function undeclaredNames(program: Node): ReadonlySet<string> {
  const undeclared = new Set<string>();
  const visit = (node: Node, outer: ReadonlySet<string>): void => {
    if (node.type === 'Identifier' && !outer.has(node.name)) undeclared.add(node.name);
    const declared = opensScope(node) ? new Set([...outer, ...namesInScope(node)]) : outer;
    for (const child of childrenWithUses(node)) visit(child, declared);
  };
  visit(program, new Set());
  return undeclared;
}

/** Returns the nodes directly under a node. */
export function childrenOf(node: Node): readonly Node[] {
  return Object.entries(node)
    .filter(([field]) => !/comments$|^(?:loc|extra|errors|tokens)$/i.test(field))
    .flatMap(([, value]) => value as unknown)
    .filter(isNode);
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}

/** Returns the children that can use a name: no imports and no names of properties. */
function childrenWithUses(node: Node): readonly Node[] {
  if (node.type === 'ImportDeclaration') return [];
  if ('computed' in node && node.computed) return childrenOf(node);
  const propertyName = propertyNameIn(node);
  return childrenOf(node).filter((child) => child !== propertyName);
}

function propertyNameIn(node: Node): Node | undefined {
  switch (node.type) {
    case 'MemberExpression':
    case 'OptionalMemberExpression':
      return node.property;
    case 'ObjectProperty':
      // In `{ name }` the key is also a use of the variable.
      return node.shorthand ? undefined : node.key;
    default:
      return 'key' in node && isNode(node.key) ? node.key : undefined;
  }
}

const scopes = /^Program$|Function|Method|^Block|^For|^Switch|^Catch|^Class/;

function opensScope({ type }: Node): boolean {
  return scopes.test(type);
}

/**
 * Returns the names that a scope declares. The names inside an inner scope do not
 * count, only the name of the inner scope itself, such as that of a function.
 */
function namesInScope(scope: Node): readonly string[] {
  const names: string[] = [];
  if ('id' in scope && scope.id) names.push(...boundNames(scope.id));
  if ('params' in scope) names.push(...(scope.params as readonly Node[]).flatMap(boundNames));
  if (scope.type === 'CatchClause' && scope.param) names.push(...boundNames(scope.param));
  const addNames = (node: Node): void => {
    names.push(...declaredNames(node));
    if (!opensScope(node)) childrenOf(node).forEach(addNames);
  };
  childrenOf(scope).forEach(addNames);
  return names;
}

function declaredNames(node: Node): readonly string[] {
  if (/^Import.*Specifier$/.test(node.type) && 'local' in node && isNode(node.local))
    return boundNames(node.local);
  if (node.type === 'TSTypeParameter') return typeof node.name === 'string' ? [node.name] : [];
  const isDeclaration = node.type === 'VariableDeclarator' || node.type.endsWith('Declaration');
  if (!isDeclaration || !('id' in node) || !isNode(node.id)) return [];
  return boundNames(node.id);
}

/** Returns the names that a pattern, as in `const { a, b: [c] } = x`, binds. */
function boundNames(pattern: Node): readonly string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties
        .map((property) => (property.type === 'RestElement' ? property : property.value))
        .flatMap(boundNames);
    case 'ArrayPattern':
      return pattern.elements.filter((element) => element !== null).flatMap(boundNames);
    case 'AssignmentPattern':
      return boundNames(pattern.left);
    case 'RestElement':
      return boundNames(pattern.argument);
    case 'TSParameterProperty':
      return boundNames(pattern.parameter);
    default:
      return [];
  }
}
