import { parse } from '@babel/parser';
import type { File, Node, SwitchCase } from '@babel/types';
import { childrenOf, undeclaredNames } from './undeclared-names.ts';

/** One import, one property of an object, or one case of a switch. `from` and `to` count characters of the text. */
export type Part = {
  readonly kind: 'import' | 'entry' | 'case';
  /** What it stands in: the imports, an object by its type, call or name, a switch by its function. */
  readonly list: string;
  /** Its name in that list. */
  readonly name: string;
  /** What it says, whatever its layout. */
  readonly content: string;
  /** Whether control goes on into the next case. */
  readonly falls: boolean;
  /** Whether it is an entry for an object, whose entries are parts themselves. */
  readonly nests: boolean;
  readonly from: number;
  readonly to: number;
};

/** `unbound` has the names that are used where nothing declares them. */
export type Parts = { readonly all: readonly Part[]; readonly unbound: ReadonlySet<string> };

type Reading = { readonly text: string; readonly tokens: readonly Token[] };
type Token = {
  readonly type: string | { readonly label: string };
  readonly start: number;
  readonly end: number;
};

/** The parts of a wiring file, in order; `undefined` where it is no valid TypeScript. */
export function partsOf(text: string): Parts | undefined {
  const file = parseFile(text);
  if (!file) return undefined;
  const reading = { text, tokens: (file.tokens ?? []) as readonly Token[] };
  return {
    all: countLists(partsIn(file.program, 'top', reading)),
    unbound: undeclaredNames(file.program),
  };
}

/** Names each list by its count among those of its name, instead of by its place. */
function countLists(parts: readonly Part[]): readonly Part[] {
  const lists = [...new Set(parts.map(({ list }) => list))];
  const nameOf = (list: string): string => list.replace(/@\d+$/, '');
  const names = new Map<string, string>();
  for (const list of lists) {
    const count = lists
      .slice(0, lists.indexOf(list))
      .filter((other) => nameOf(other) === nameOf(list)).length;
    names.set(list, count === 0 ? nameOf(list) : `${nameOf(list)} ${count + 1}`);
  }
  return parts.map((part) => ({ ...part, list: names.get(part.list) ?? part.list }));
}

function parseFile(text: string): File | undefined {
  try {
    return parse(text, { sourceType: 'module', plugins: ['typescript'], tokens: true });
  } catch {
    return undefined;
  }
}

function partsIn(node: Node, owner: string, reading: Reading): readonly Part[] {
  switch (node.type) {
    case 'ImportDeclaration':
      return importsOf(node, reading);
    case 'ObjectExpression':
      return node.properties.flatMap((property) => {
        const name = property.type === 'SpreadElement' ? '...' : keyOf(property.key, reading);
        const list = `object ${owner}@${node.start}`;
        const entry = {
          ...alone,
          kind: 'entry',
          list,
          name,
          content: say(property, reading),
          ...at(property),
        } as const;
        const value = property.type === 'ObjectProperty' ? property.value : undefined;
        if (value?.type !== 'ObjectExpression') return [entry];
        return [
          { ...entry, content: 'nests', nests: true },
          ...partsIn(value, `${owner}.${name}`, reading),
        ];
      });
    case 'SwitchStatement':
      return casesOf(node.cases, `switch ${owner}@${node.start}`, reading);
    default:
      return childrenOf(node).flatMap((child) => partsIn(child, ownerOf(node, owner), reading));
  }
}

const alone = { falls: false, nests: false };

function importsOf(
  node: Extract<Node, { type: 'ImportDeclaration' }>,
  reading: Reading,
): readonly Part[] {
  const part = { ...alone, kind: 'import', list: 'imports', ...at(node) } as const;
  const { value } = node.source;
  if (node.specifiers.length === 0) return [{ ...part, name: value, content: value }];
  return node.specifiers.map((one) => ({
    ...part,
    name: one.local.name,
    content: `${say(one, reading)} from ${value}`,
  }));
}

/** A case that falls through says what the next one says as well. */
function casesOf(cases: readonly SwitchCase[], list: string, reading: Reading): readonly Part[] {
  const parts: Part[] = [];
  for (const one of cases.toReversed()) {
    const falls = !leaves(one.consequent.at(-1));
    const body = one.consequent.map((statement) => say(statement, reading)).join(' ');
    const content = falls ? `${body} falls to ${parts.at(0)?.content ?? 'the end'}` : body;
    const name = one.test ? keyOf(one.test, reading) : 'default:';
    parts.unshift({ ...alone, kind: 'case', list, name, content, falls, ...at(one) });
  }
  return parts;
}

const leaving = ['ReturnStatement', 'ThrowStatement', 'BreakStatement', 'ContinueStatement'];

function leaves(last: Node | undefined): boolean {
  if (last?.type === 'BlockStatement') return leaves(last.body.at(-1));
  return last !== undefined && leaving.includes(last.type);
}

function ownerOf(node: Node, owner: string): string {
  if (node.type === 'FunctionDeclaration') return node.id?.name ?? owner;
  if (node.type === 'TSSatisfiesExpression') return typeOf(node.typeAnnotation) ?? owner;
  if (node.type !== 'VariableDeclarator' || node.id.type !== 'Identifier') return owner;
  const { typeAnnotation, name } = node.id;
  const type =
    typeAnnotation?.type === 'TSTypeAnnotation' ? typeOf(typeAnnotation.typeAnnotation) : undefined;
  const call = node.init?.type === 'CallExpression' && node.init.callee;
  return type ?? (call && call.type === 'Identifier' ? call.name : name);
}

function typeOf(node: Node): string | undefined {
  return node.type === 'TSTypeReference' && node.typeName.type === 'Identifier'
    ? node.typeName.name
    : undefined;
}

function keyOf(key: Node, reading: Reading): string {
  if (key.type === 'StringLiteral') return key.value;
  return key.type === 'Identifier' ? key.name : say(key, reading);
}

function at({ start, end }: Node): { readonly from: number; readonly to: number } {
  return { from: start ?? 0, to: end ?? 0 };
}

/** The code without its layout: no comments, no semicolons, no dangling commas, one sort of quotes. */
function say(node: Node, { text, tokens }: Reading): string {
  const { from, to } = at(node);
  const code = tokens.filter(
    (token) => token.start >= from && token.end <= to && typeof token.type !== 'string',
  );
  const words = code
    .map((token) => unquote(text.slice(token.start, token.end)))
    .filter((word) => word !== ';');
  return words
    .filter((word, index) => word !== ',' || !/^[)\]}]$/.test(words[index + 1] ?? '}'))
    .join(' ');
}

function unquote(word: string): string {
  return /^"[^'"\\]*"$/.test(word) ? `'${word.slice(1, -1)}'` : word;
}
