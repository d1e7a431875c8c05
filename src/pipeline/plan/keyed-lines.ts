import type { Entries } from '../text/entries.ts';

/** Of the variables those that a `.env.example` does not name yet, commented out or not. */
export function missingVariables(text: string, blocks: Entries): Entries {
  const named = new Set(
    [...text.matchAll(/^#?\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm)].map((match) => match[1]),
  );
  return Object.fromEntries(Object.entries(blocks).filter(([name]) => !named.has(name)));
}

/** Of the lines those that a `.gitignore` does not have or mean yet: slashes around make no difference, a `*` may. */
export function missingLines(text: string, lines: Entries): Entries {
  const bare = (line: string) => line.trim().replaceAll(/^\/|\/$/g, '');
  const there = text
    .split(/\r?\n/)
    .map(bare)
    .filter((line) => line !== '' && !/^[#!]/.test(line));
  const patterns = there.map(
    (line) => new RegExp(`^${line.split(/\*+/).map(escaped).join('[^/]*')}$`),
  );
  return Object.fromEntries(
    Object.entries(lines).filter(([line]) => !patterns.some((one) => one.test(bare(line)))),
  );
}

/** Appends blocks of whole lines. A text without a last newline stays one: the newline comes before what is added. */
export function appendBlocks(text: string, blocks: readonly string[]): string {
  if (blocks.length === 0) return text;
  const eol = eolOf(text);
  const added = blocks.join('').replaceAll('\n', eol);
  return text === '' || text.endsWith('\n')
    ? text + added
    : text + eol + added.slice(0, -eol.length);
}

/** Replaces a block of lines that is there as it was appended; one that was edited stays. */
export function replaceBlock(text: string, old: string, block: string): string {
  const found = find(text, old);
  if (!found) return text;
  const lines = block.trimEnd().replaceAll('\n', eolOf(text));
  return text.slice(0, found.from) + lines + text.slice(found.to);
}

/** Takes out, once, each block of lines that is there as it was appended; one that was edited stays. */
export function removeBlocks(text: string, blocks: readonly string[]): string {
  return blocks.reduce((rest, block) => {
    const found = find(rest, block);
    if (!found) return rest;
    const { from, to } = found;
    // At the end of a text without a last newline, it is the newline before it that was appended.
    if (to === rest.length) return rest.slice(0, from).replace(/\r?\n$/, '');
    return rest.slice(0, from) + rest.slice(to).replace(/^\r?\n/, '');
  }, text);
}

/** Where a block of whole lines is, its last newline left out. */
function find(
  text: string,
  block: string,
): { readonly from: number; readonly to: number } | undefined {
  const lines = block.trimEnd().replaceAll('\n', eolOf(text));
  const found = new RegExp(`(?<=^|\\n)${escaped(lines)}(?=\\r?\\n|$)`).exec(text);
  return found ? { from: found.index, to: found.index + found[0].length } : undefined;
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const eolOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');
