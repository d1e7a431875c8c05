/**
 * The limits for the TypeScript files of a folder: columns of a line, and ternaries per 1,000
 * lines of the whole folder.
 * @typedef {object} Limits
 * @property {string} folder
 * @property {number} widest
 * @property {number} ternaries
 *
 * @typedef {import('./measure.js').Shape} Shape
 */

const namedFiles = 10;

/**
 * Compares the files of a folder with its limits. Returns a line of figures, and the limits that
 * are exceeded.
 * @param {Limits} limits
 * @param {readonly Shape[]} shapes
 * @returns {{ readonly figures: string, readonly problems: readonly string[] }}
 */
export function report({ folder, widest, ternaries }, shapes) {
  const lines = sum(shapes, 'lines');
  const average = sum(shapes, 'characters') / Math.max(1, sum(shapes, 'filled'));
  const density = (1_000 * sum(shapes, 'ternaries')) / Math.max(1, lines);
  const figures = [
    `${lines.toLocaleString('en-US')} lines`,
    `${average.toFixed(1)} characters a line`,
    `${density.toFixed(1)} ternaries per 1,000 lines`,
  ];
  const problems = shapes.flatMap((shape) => wideLines(shape, widest));
  const limit = `more than ${ternaries} ternaries per 1,000 lines`;
  if (density > ternaries) problems.push(`${folder}: ${limit}. Most are in ${most(shapes)}`);
  return { figures: `${folder}: ${figures.join(', ')}`, problems };
}

/**
 * @param {readonly Shape[]} shapes
 * @param {'lines' | 'filled' | 'characters' | 'ternaries'} key
 */
const sum = (shapes, key) => shapes.reduce((total, shape) => total + shape[key], 0);

/**
 * @param {Shape} shape
 * @param {number} widest
 */
const wideLines = ({ path, wide }, widest) =>
  wide.length === 0 ? [] : [`${path}: wider than ${widest} columns: line ${wide.join(', ')}`];

/** @param {readonly Shape[]} shapes */
const most = (shapes) =>
  shapes
    .filter(({ ternaries }) => ternaries > 0)
    .toSorted((a, b) => b.ternaries - a.ternaries)
    .slice(0, namedFiles)
    .map(({ path, ternaries }) => `${path} (${ternaries})`)
    .join(', ');
