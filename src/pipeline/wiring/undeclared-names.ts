import type { Node } from '@babel/types';

/** The names that some code uses and no scope around it declares: those of the runtime, or mistakes. */
export function undeclaredNames(program: Node): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: Node, bound: ReadonlySet<string>): void => {
    if (node.type === 'Identifier' && !bound.has(node.name)) found.add(node.name);
    const inside = opensScope(node) ? new Set([...bound, ...declaredIn(node)]) : bound;
    for (const child of usedBy(node)) visit(child, inside);
  };
  visit(program, new Set());
  return found;
}

/** The nodes directly under a node. */
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

/** Of its children, those that are not mere names of properties. */
function usedBy(node: Node): readonly Node[] {
  if (node.type === 'ImportDeclaration') return [];
  const names = 'computed' in node && node.computed ? undefined : nameIn(node);
  return childrenOf(node).filter((child) => child !== names);
}

function nameIn(node: Node): Node | undefined {
  if (node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression')
    return node.property;
  if (node.type === 'ObjectProperty') return node.shorthand ? undefined : node.key;
  return 'key' in node && isNode(node.key) ? node.key : undefined;
}

function opensScope(node: Node): boolean {
  return (
    node.type === 'Program' || /Function|Method|^Block|^For|^Switch|^Catch|^Class/.test(node.type)
  );
}

/** What a scope itself declares, without the scopes in it but for the names that these give to it. */
function declaredIn(scope: Node): readonly string[] {
  const inside = (node: Node): readonly string[] => [
    ...namesOf(node),
    ...(opensScope(node) ? [] : childrenOf(node).flatMap(inside)),
  ];
  const params = 'params' in scope ? (scope.params as readonly Node[]).flatMap(bindings) : [];
  const caught = scope.type === 'CatchClause' && scope.param ? bindings(scope.param) : [];
  const own = 'id' in scope && scope.id ? bindings(scope.id) : [];
  return [...own, ...params, ...caught, ...childrenOf(scope).flatMap(inside)];
}

function namesOf(node: Node): readonly string[] {
  if (/^Import.*Specifier$/.test(node.type) && 'local' in node && isNode(node.local))
    return bindings(node.local);
  if (node.type === 'TSTypeParameter') return [typeof node.name === 'string' ? node.name : ''];
  const declares = node.type === 'VariableDeclarator' || node.type.endsWith('Declaration');
  return declares && 'id' in node && isNode(node.id) ? bindings(node.id) : [];
}

/** The names that a pattern binds. */
function bindings(pattern: Node): readonly string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((one) =>
        bindings(one.type === 'RestElement' ? one : one.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((one) => (one ? bindings(one) : []));
    case 'AssignmentPattern':
      return bindings(pattern.left);
    case 'RestElement':
      return bindings(pattern.argument);
    case 'TSParameterProperty':
      return bindings(pattern.parameter);
    default:
      return [];
  }
}
