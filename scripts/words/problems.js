import { openings, phrases } from './phrases.js';
import { findProse } from './prose.js';

/**
 * A phrase that a file should not have; `line` counts from 1.
 * @typedef {{ path: string, line: number, found: string, write: string }} Problem
 */

/** Matches blanks, and at most one line break. */
const gap = String.raw`(?:[^\S\n]+|[^\S\n]*\n[^\S\n]*)`;

/** A line break with the blanks and the comment marks around it. */
const lineBreak = /\s*\n\s*(?:\/\/|\*)?\s*/g;

const anywhere = phrases.map(({ find, write }) => {
  const source = find.source.replaceAll(' ', gap);
  return { find: new RegExp(source, 'giu'), write };
});

const atTheStart = openings.map(({ find, write }) => {
  const source = String.raw`(?<=^\s*)${find.source}`;
  return { find: new RegExp(source, 'gu'), write };
});

/**
 * Finds the phrases to avoid in a Markdown, TypeScript or JavaScript file, in order.
 * @param {string} path
 * @param {string} text
 * @returns {readonly Problem[]}
 */
export function problemsIn(path, text) {
  const found = findProse(path, text).flatMap((prose) => problemsOf(path, text, prose));
  return found.toSorted((a, b) => a.line - b.line);
}

/**
 * @param {string} path
 * @param {string} text
 * @param {import('./prose.js').Prose} prose
 * @returns {readonly Problem[]}
 */
function problemsOf(path, text, prose) {
  const patterns = prose.isComment ? [...atTheStart, ...anywhere] : anywhere;
  return patterns.flatMap(({ find, write }) =>
    [...prose.text.matchAll(find)].map(({ 0: match, index }) => {
      const start = prose.start + index;
      const line = text.slice(0, start).split('\n').length;
      const found = text.slice(start, start + match.length).replaceAll(lineBreak, ' ');
      return { path, line, found, write };
    }),
  );
}

/** @param {Problem} problem */
export function formatProblem({ path, line, found, write }) {
  return `${path}:${line}: "${found}" -> ${write}`;
}
