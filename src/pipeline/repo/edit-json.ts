import { findNodeAtLocation, getNodePath, type Node, parseTree } from 'jsonc-parser';

/** Which entry of a JSON object: the names on the way to it. */
export type EntryPath = readonly string[];

/** Sets an entry's value in a JSON text, and not one character beside it. An entry that is not there goes to its place. */
export function setEntry(
  text: string,
  path: EntryPath,
  value: unknown,
  before?: (name: string) => boolean,
): string {
  const root = rootOf(text);
  const there = findNodeAtLocation(root, [...path]);
  if (there) return splice(text, there.offset, there.offset + there.length, JSON.stringify(value));
  const parent = findNodeAtLocation(root, path.slice(0, -1));
  if (!parent) return text;
  return insert(
    text,
    parent,
    `${JSON.stringify(path.at(-1))}:${colonGap(text, root)}${write(value, text, parent)}`,
    before,
  );
}

/** Takes an entry out, with the comma and the line that were its own. */
export function removeEntry(text: string, path: EntryPath): string {
  const property = findNodeAtLocation(rootOf(text), [...path])?.parent;
  const all = property?.parent?.children ?? [];
  const index = all.findIndex((one) => one === property);
  const [previous, next] = [all[index - 1], all[index + 1]];
  if (!property?.parent) return text;
  if (next) return splice(text, property.offset, next.offset, '');
  if (previous) return splice(text, end(previous), end(property), '');
  return splice(text, property.parent.offset, end(property.parent), '{}');
}

function rootOf(text: string): Node {
  const root = parseTree(text);
  if (root?.type !== 'object') throw new SyntaxError('a JSON object was expected');
  return root;
}

const end = ({ offset, length }: Node): number => offset + length;
const splice = (text: string, from: number, to: number, by: string): string =>
  text.slice(0, from) + by + text.slice(to);

function insert(
  text: string,
  parent: Node,
  entry: string,
  before: (name: string) => boolean = () => false,
): string {
  const all = parent.children ?? [];
  const [first] = all;
  if (!first) {
    const inner = lineBreak(text, depth(parent) + 1);
    const outer = lineBreak(text, depth(parent));
    return splice(text, parent.offset, end(parent), `{${inner}${entry}${outer}}`);
  }
  const next = all.find((one) => before(nameOf(one)));
  if (next) return splice(text, next.offset, next.offset, `${entry},${gap(text, parent, all)}`);
  const last = all.at(-1) ?? first;
  return splice(text, end(last), end(last), `,${gap(text, parent, all)}${entry}`);
}

const nameOf = (property: Node): string => String(property.children?.[0]?.value);
const depth = (node: Node): number => getNodePath(node).length;

/** What stands between two entries: between the first two, else before the only one. */
function gap(text: string, parent: Node, [first, second]: readonly Node[]): string {
  if (first && second) return text.slice(end(first), second.offset).replace(/^\s*,/, '');
  const before = text.slice(parent.offset + 1, first?.offset);
  return before.includes('\n') ? before : isOneLine(text) && !text.includes(', ') ? '' : ' ';
}

/** What stands between a name and its value, as the first entry has it. */
function colonGap(text: string, root: Node): string {
  const [name, value] = root.children?.[0]?.children ?? [];
  return name && value
    ? text.slice(end(name), value.offset).replace(/^\s*:/, '')
    : isOneLine(text)
      ? ''
      : ' ';
}

const isOneLine = (text: string): boolean => !/\n[^]*\S/.test(text);

function lineBreak(text: string, levels: number): string {
  if (isOneLine(text)) return '';
  const unit = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  return (text.includes('\r\n') ? '\r\n' : '\n') + unit.repeat(levels);
}

/** A value as it is written inside an object: another object over several lines where the text has several. */
function write(value: unknown, text: string, parent: Node): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const [inner, outer] = [lineBreak(text, depth(parent) + 2), lineBreak(text, depth(parent) + 1)];
  const space = isOneLine(text) ? colonGap(text, rootOf(text)) : ' ';
  const entries = Object.entries(value).map(
    ([name, one]) => `${inner}${JSON.stringify(name)}:${space}${JSON.stringify(one)}`,
  );
  return `{${entries.join(',')}${outer}}`;
}
