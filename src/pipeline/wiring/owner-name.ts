import type { Node } from '@babel/types';

/**
 * Returns the name that a node gives to the lists in it: that of a function, or the
 * type, the called function or the variable of a declaration. Returns undefined for
 * any other node.
 */
export function ownerName(node: Node): string | undefined {
  if (node.type === 'FunctionDeclaration') return node.id?.name;
  if (node.type === 'TSSatisfiesExpression') return typeName(node.typeAnnotation);
  if (node.type !== 'VariableDeclarator' || node.id.type !== 'Identifier') return undefined;
  const { typeAnnotation, name } = node.id;
  if (typeAnnotation?.type === 'TSTypeAnnotation') {
    const type = typeName(typeAnnotation.typeAnnotation);
    if (type !== undefined) return type;
  }
  return calleeName(node.init) ?? name;
}

function typeName(node: Node): string | undefined {
  if (node.type !== 'TSTypeReference' || node.typeName.type !== 'Identifier') return undefined;
  return node.typeName.name;
}

function calleeName(node: Node | null | undefined): string | undefined {
  if (node?.type !== 'CallExpression' || node.callee.type !== 'Identifier') return undefined;
  return node.callee.name;
}
