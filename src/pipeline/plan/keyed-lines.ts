import { type Entries, pick } from '../text/entries.ts';

/** Returns the variables that a `.env.example` does not name, not even in a comment. */
export function missingVariables(text: string, blocks: Entries): Entries {
  const variable = /^#?\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm;
  const named = new Set([...text.matchAll(variable)].map(([, name]) => name));
  return pick(blocks, (name) => !named.has(name));
}

/**
 * Returns the lines that no line of a `.gitignore` covers. A slash at either end
 * makes no difference, and `*` matches any characters except a slash.
 */
export function missingLines(text: string, lines: Entries): Entries {
  const missing = new Set(absentLines(text, Object.keys(lines)));
  return pick(lines, (line) => missing.has(line));
}

/** Returns the lines that `missingLines` finds missing, without their blocks. */
export function absentLines(text: string, lines: readonly string[]): readonly string[] {
  const patterns = text
    .split(/\r?\n/)
    .map(withoutSlashes)
    .filter((line) => line !== '' && !/^[#!]/.test(line))
    .map((line) => new RegExp(`^${line.split(/\*+/).map(escaped).join('[^/]*')}$`));
  const isCovered = (line: string) =>
    patterns.some((pattern) => pattern.test(withoutSlashes(line)));
  return lines.filter((line) => !isCovered(line));
}

/**
 * Appends blocks of whole lines. If the text does not end in a newline, the result
 * does not either.
 */
export function appendBlocks(text: string, blocks: readonly string[]): string {
  if (blocks.length === 0) return text;
  const eol = eolOf(text);
  const added = blocks.join('').replaceAll('\n', eol);
  if (text === '' || text.endsWith('\n')) return text + added;
  return text + eol + added.slice(0, -eol.length);
}

/** Replaces a block of lines. A block that the user edited is not found, and stays. */
export function replaceBlock(text: string, old: string, block: string): string {
  const found = findBlock(text, old);
  if (!found) return text;
  const lines = block.trimEnd().replaceAll('\n', eolOf(text));
  return text.slice(0, found.from) + lines + text.slice(found.to);
}

/**
 * Removes each block of lines once. A block that the user edited is not found, and
 * stays.
 */
export function removeBlocks(text: string, blocks: readonly string[]): string {
  return blocks.reduce(removeBlock, text);
}

function removeBlock(text: string, block: string): string {
  const found = findBlock(text, block);
  if (!found) return text;
  const { from, to } = found;
  // At the end of a text without a last newline, `appendBlocks` added the newline before it.
  if (to === text.length) return text.slice(0, from).replace(/\r?\n$/, '');
  return text.slice(0, from) + text.slice(to).replace(/^\r?\n/, '');
}

type Range = { readonly from: number; readonly to: number };

/** Finds a block of whole lines. The range does not include its last newline. */
function findBlock(text: string, block: string): Range | undefined {
  const lines = block.trimEnd().replaceAll('\n', eolOf(text));
  const found = new RegExp(`(?<=^\\uFEFF?|\\n)${escaped(lines)}(?=\\r?\\n|$)`).exec(text);
  if (!found) return undefined;
  return { from: found.index, to: found.index + found[0].length };
}

const withoutSlashes = (line: string): string => line.trim().replaceAll(/^\/|\/$/g, '');

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

const eolOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');
