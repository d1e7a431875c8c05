/**
 * The limits for the TypeScript files of a folder: columns of a line, ternaries per 1,000 lines,
 * and characters of a line on average. The last two are of the whole folder without its tests.
 * @typedef {object} Limits
 * @property {string} folder
 * @property {number} widest
 * @property {number} ternaries
 * @property {number} [average]
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
export function report({ folder, widest, ternaries, average: fullest = Infinity }, shapes) {
  const sources = shapes.filter(({ path }) => !path.endsWith('.test.ts'));
  const lines = sum(sources, 'lines');
  const average = sum(sources, 'characters') / Math.max(1, lines);
  const density = (1_000 * sum(sources, 'ternaries')) / Math.max(1, lines);
  const figures = [
    `${lines.toLocaleString('en-US')} lines`,
    `${average.toFixed(1)} characters a line`,
    `${density.toFixed(1)} ternaries per 1,000 lines`,
  ];
  const problems = shapes.flatMap((shape) => wideLines(shape, widest));
  const limit = `more than ${ternaries} ternaries per 1,000 lines`;
  if (density > ternaries) problems.push(`${folder}: ${limit}. Most are in ${most(sources)}`);
  if (average > fullest)
    problems.push(
      `${folder}: more than ${fullest} characters a line. Fullest are ${full(sources)}`,
    );
  return { figures: `${folder}: ${figures.join(', ')}`, problems };
}

/**
 * @param {readonly Shape[]} shapes
 * @param {'lines' | 'characters' | 'ternaries'} key
 */
const sum = (shapes, key) => shapes.reduce((total, shape) => total + shape[key], 0);

/**
 * @param {Shape} shape
 * @param {number} widest
 */
const wideLines = ({ path, wide }, widest) =>
  wide.length === 0 ? [] : [`${path}: wider than ${widest} columns: line ${wide.join(', ')}`];

/** @param {readonly Shape[]} shapes */
const full = (shapes) =>
  shapes
    .map(({ path, characters, lines }) => ({ path, average: characters / Math.max(1, lines) }))
    .toSorted((a, b) => b.average - a.average)
    .slice(0, namedFiles)
    .map(({ path, average }) => `${path} (${average.toFixed(1)})`)
    .join(', ');

/** @param {readonly Shape[]} shapes */
const most = (shapes) =>
  shapes
    .filter(({ ternaries }) => ternaries > 0)
    .toSorted((a, b) => b.ternaries - a.ternaries)
    .slice(0, namedFiles)
    .map(({ path, ternaries }) => `${path} (${ternaries})`)
    .join(', ');
