import { parse } from '@babel/parser';
import type { File, Node, ObjectExpression, SwitchStatement } from '@babel/types';
import type { ImportDeclaration, ObjectMember, SpreadElement } from '@babel/types';
import { codeOf, keyOf, rangeOf, type Range, type Source, type Token } from './node-code.ts';
import { ownerName } from './owner-name.ts';
import { childrenOf, undeclaredNames } from './undeclared-names.ts';

/**
 * One part of a rendered file: an import, a property of an object, or a case of a
 * switch. Parts of two texts correspond if list and name are the same. They are
 * equal if the content is the same too.
 */
export type Part = Range & {
  readonly kind: 'import' | 'entry' | 'case';
  /**
   * The list that the part belongs to: the imports, an object or a switch. An
   * object or a switch is named by its type, its call, its variable or its
   * function, as in `object Agent`.
   */
  readonly list: string;
  /** The name of the part in its list. */
  readonly name: string;
  /** The code of the part without its layout. */
  readonly content: string;
  /** Whether the part is a case after which the next case runs as well. */
  readonly fallsThrough: boolean;
  /** Whether the value of the entry is an object, whose entries are parts too. */
  readonly isObject: boolean;
};

/** The parts of a text, and the names that it uses without a declaration. */
export type Parts = { readonly all: readonly Part[]; readonly undeclared: ReadonlySet<string> };

/**
 * Splits a rendered file into its parts, in order. It walks the syntax tree down to
 * imports, object literals and switches, and names each list by the declaration
 * around it. Returns undefined if the text is not valid TypeScript.
 */
export function partsOf(text: string): Parts | undefined {
  const file = parseFile(text);
  if (!file) return undefined;
  const source = { text, tokens: (file.tokens ?? []) as readonly Token[] };
  return {
    all: numberLists(collectParts(file.program, 'top', source)),
    undeclared: undeclaredNames(file.program),
  };
}

function parseFile(text: string): File | undefined {
  try {
    return parse(text, { sourceType: 'module', plugins: ['typescript'], tokens: true });
  } catch {
    return undefined;
  }
}

/** Numbers the lists that have the same name: `object tools`, `object tools 2`. */
function numberLists(parts: readonly Part[]): readonly Part[] {
  const counts = new Map<string, number>();
  const names = new Map<string, string>();
  for (const { list } of parts) {
    if (names.has(list)) continue;
    const name = list.replace(/@\d+$/, '');
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    names.set(list, count === 1 ? name : `${name} ${count}`);
  }
  return parts.map((part) => ({ ...part, list: names.get(part.list) ?? part.list }));
}

/** Collects the parts under a node. `owner` is the name of the declaration around it. */
function collectParts(node: Node, owner: string, source: Source): readonly Part[] {
  switch (node.type) {
    case 'ImportDeclaration':
      return importParts(node, source);
    case 'ObjectExpression':
      return objectParts(node, owner, source);
    case 'SwitchStatement':
      return caseParts(node, owner, source);
    default: {
      const name = ownerName(node) ?? owner;
      return childrenOf(node).flatMap((child) => collectParts(child, name, source));
    }
  }
}

const plain = { fallsThrough: false, isObject: false };

function importParts(node: ImportDeclaration, source: Source): readonly Part[] {
  const from = node.source.value;
  const part = { ...plain, ...rangeOf(node), kind: 'import', list: 'imports' } as const;
  if (node.specifiers.length === 0) return [{ ...part, name: from, content: from }];
  return node.specifiers.map((specifier) => ({
    ...part,
    name: specifier.local.name,
    content: `${codeOf(specifier, source)} from ${from}`,
  }));
}

function objectParts(node: ObjectExpression, owner: string, source: Source): readonly Part[] {
  const list = `object ${owner}@${node.start}`;
  return node.properties.flatMap((property): readonly Part[] => {
    const name = propertyName(property, source);
    const entry = { ...plain, ...rangeOf(property), kind: 'entry', list, name } as const;
    if (property.type !== 'ObjectProperty' || property.value.type !== 'ObjectExpression')
      return [{ ...entry, content: codeOf(property, source) }];
    const entries = objectParts(property.value, `${owner}.${name}`, source);
    return [{ ...entry, content: '{...}', isObject: true }, ...entries];
  });
}

function propertyName(property: ObjectMember | SpreadElement, source: Source): string {
  return property.type === 'SpreadElement' ? '...' : keyOf(property.key, source);
}

/** Goes backwards: the content of a case that falls through includes the next case. */
function caseParts(node: SwitchStatement, owner: string, source: Source): readonly Part[] {
  const list = `switch ${owner}@${node.start}`;
  const parts: Part[] = [];
  for (const one of node.cases.toReversed()) {
    const fallsThrough = !exits(one.consequent.at(-1));
    const body = one.consequent.map((statement) => codeOf(statement, source)).join(' ');
    const next = parts[0]?.content ?? 'the end';
    const content = fallsThrough ? `${body} falls through to ${next}` : body;
    const name = one.test ? keyOf(one.test, source) : 'default:';
    const part = { ...plain, ...rangeOf(one), list, name, content, fallsThrough };
    parts.unshift({ ...part, kind: 'case' });
  }
  return parts;
}

const exitStatements = ['ReturnStatement', 'ThrowStatement', 'BreakStatement', 'ContinueStatement'];

function exits(last: Node | undefined): boolean {
  if (last?.type === 'BlockStatement') return exits(last.body.at(-1));
  return last !== undefined && exitStatements.includes(last.type);
}
