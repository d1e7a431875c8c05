import ts from 'typescript';

/**
 * The density of a file. `wide` lists the lines, counted from 1, that are wider than allowed.
 * `characters` are those on all lines, without the line ends.
 * @typedef {object} Shape
 * @property {string} path
 * @property {number} lines
 * @property {number} characters
 * @property {number} ternaries
 * @property {readonly number[]} wide
 */

/**
 * Measures a TypeScript file. A conditional type is not a ternary.
 * @param {string} path
 * @param {string} text
 * @param {number} widest
 * @returns {Shape}
 */
export function measure(path, text, widest) {
  const lines = text.replace(/\n$/, '').split('\n');
  return {
    path,
    lines: lines.length,
    characters: lines.reduce((sum, line) => sum + line.length, 0),
    ternaries: countTernaries(ts.createSourceFile(path, text, ts.ScriptTarget.Latest)),
    wide: lines.flatMap((line, at) => (line.length > widest ? [at + 1] : [])),
  };
}

/**
 * @param {ts.Node} node
 * @returns {number}
 */
function countTernaries(node) {
  let count = ts.isConditionalExpression(node) ? 1 : 0;
  ts.forEachChild(node, (child) => {
    count += countTernaries(child);
  });
  return count;
}
