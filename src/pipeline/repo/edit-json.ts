import { getNodePath, type Node, parseTree } from 'jsonc-parser';

/** The path of an entry: the keys from the root of a JSON object down to it. */
export type EntryPath = readonly string[];

/**
 * Sets the value of an entry in a JSON text, and changes no other character. A new entry goes
 * before the first one whose name fits `before`, else to the end of its object. Without that object
 * nothing changes.
 */
export function setEntry(
  text: string,
  path: EntryPath,
  value: unknown,
  before?: (name: string) => boolean,
): string {
  const root = rootOf(text);
  const current = findEntry(root, path);
  if (current) return splice(text, current.offset, end(current), JSON.stringify(value));
  const parent = findEntry(root, path.slice(0, -1));
  if (!parent) return text;
  const name = JSON.stringify(path.at(-1));
  const entry = `${name}:${spaceAfterColon(text, root)}${format(value, text, parent)}`;
  return insert(text, parent, entry, before);
}

/** Removes an entry with its comma and its line. Of a doubled key, all entries go. */
export function removeEntry(text: string, path: EntryPath): string {
  const property = findEntry(rootOf(text), path)?.parent;
  if (!property?.parent) return text;
  return removeEntry(withoutProperty(text, property, property.parent), path);
}

function withoutProperty(text: string, property: Node, parent: Node): string {
  const entries = parent.children ?? [];
  const index = entries.indexOf(property);
  const [previous, next] = [entries[index - 1], entries[index + 1]];
  if (next) return splice(text, property.offset, next.offset, '');
  if (previous) return splice(text, end(previous), end(property), '');
  return splice(text, parent.offset, end(parent), '{}');
}

function rootOf(text: string): Node {
  const root = parseTree(text);
  if (root?.type !== 'object') throw new SyntaxError('a JSON object was expected');
  return root;
}

/** Finds the value of an entry. Of a doubled key the last entry counts, as for `JSON.parse`. */
function findEntry(root: Node, path: EntryPath): Node | undefined {
  let node: Node | undefined = root;
  for (const key of path) {
    const entries: readonly Node[] = node?.type === 'object' ? (node.children ?? []) : [];
    node = entries.findLast((one) => nameOf(one) === key)?.children?.[1];
  }
  return node;
}

const end = ({ offset, length }: Node): number => offset + length;

/** Replaces the characters between two offsets. */
function splice(text: string, from: number, to: number, replacement: string): string {
  return text.slice(0, from) + replacement + text.slice(to);
}

function insert(
  text: string,
  parent: Node,
  entry: string,
  before: (name: string) => boolean = () => false,
): string {
  const entries = parent.children ?? [];
  const last = entries.at(-1);
  if (!last) {
    const inner = lineBreak(text, depth(parent) + 1);
    const outer = lineBreak(text, depth(parent));
    return splice(text, parent.offset, end(parent), `{${inner}${entry}${outer}}`);
  }
  const space = spaceBetween(text, parent, entries);
  const next = entries.find((one) => before(nameOf(one)));
  if (next) return splice(text, next.offset, next.offset, `${entry},${space}`);
  return splice(text, end(last), end(last), `,${space}${entry}`);
}

const nameOf = (property: Node): string => String(property.children?.[0]?.value);
const depth = (node: Node): number => getNodePath(node).length;

/** Returns the space between two entries: as between the first two, else as before the only one. */
function spaceBetween(text: string, parent: Node, [first, second]: readonly Node[]): string {
  if (first && second) return text.slice(end(first), second.offset).replace(/^\s*,/, '');
  const before = text.slice(parent.offset + 1, first?.offset);
  if (before.includes('\n')) return before;
  if (isOneLine(text) && !text.includes(', ')) return '';
  return ' ';
}

/** Returns the space between a colon and its value, as in the first entry of the text. */
function spaceAfterColon(text: string, root: Node): string {
  const [name, value] = root.children?.[0]?.children ?? [];
  if (name && value) return text.slice(end(name), value.offset).replace(/^\s*:/, '');
  return isOneLine(text) ? '' : ' ';
}

const isOneLine = (text: string): boolean => !/\n[^]*\S/.test(text);

/** Returns a line break with the indentation of a level; nothing in a text of one line. */
function lineBreak(text: string, level: number): string {
  if (isOneLine(text)) return '';
  const unit = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  return newline + unit.repeat(level);
}

/** Formats a value inside `parent`. In a text of several lines, each entry of an object is one. */
function format(value: unknown, text: string, parent: Node): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = lineBreak(text, depth(parent) + 2);
  const outer = lineBreak(text, depth(parent) + 1);
  const space = isOneLine(text) ? spaceAfterColon(text, rootOf(text)) : ' ';
  const entries = Object.entries(value).map(
    ([name, one]) => `${inner}${JSON.stringify(name)}:${space}${JSON.stringify(one)}`,
  );
  return `{${entries.join(',')}${outer}}`;
}
