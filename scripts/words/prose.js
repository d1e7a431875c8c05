import ts from 'typescript';

/**
 * A comment, the text of a string, or a Markdown page. Characters that are not prose are replaced
 * and not removed, so that an index in `text` plus `start` is an offset in the file.
 * @typedef {{ readonly isComment: boolean, readonly start: number, readonly text: string }} Prose
 */

/** Stands for a character of code: no phrase matches across it. */
const code = '\0';

const comments = /\/\*[^]*?\*\/|\/\/.*(?:\n[^\S\n]*\/\/.*)*/g;
const fences = /^( *)(`{3,}|~{3,}).*\n(?:(?!\1\2).*\n)*?\1\2.*$/gm;
const commentMarks = /^[^\S\n]*(?:\/\*+|\/\/+|\*(?!\/))|\*\/$/gm;
const codeSpans = /(`+)(?!`)(?:.|\n(?!\s*\n))+?(?<!`)\1(?!`)/g;
const linkTargets = /\]\([^)\s]*\)/g;

/**
 * Finds the prose of a file: all of a Markdown page except its code, and the comments and strings
 * of TypeScript or JavaScript except the names of modules.
 * @param {string} path
 * @param {string} text
 * @returns {readonly Prose[]}
 */
export function findProse(path, text) {
  if (/\.md(\.hbs)?$/.test(path)) return [{ isComment: false, start: 0, text: withoutCode(text) }];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const tokens = tokensOf(file, file);
  return tokens.flatMap((token) => [...commentsBefore(token, file), ...stringsIn(token, file)]);
}

/** @param {string} text */
function withoutCode(text) {
  return text.replace(fences, blank).replace(codeSpans, blank).replace(linkTargets, blank);
}

/** @param {string} text */
const blank = (text) => text.replaceAll(/./g, code);

/**
 * @param {ts.Node} node
 * @param {ts.SourceFile} file
 * @returns {readonly ts.Node[]}
 */
function tokensOf(node, file) {
  const children = node.getChildren(file).filter((child) => !ts.isJSDoc(child));
  if (children.length > 0) return children.flatMap((child) => tokensOf(child, file));
  return node.getFullWidth() > 0 ? [node] : [];
}

/**
 * @param {ts.Node} token
 * @param {ts.SourceFile} file
 * @returns {readonly Prose[]}
 */
function commentsBefore(token, file) {
  const trivia = file.text.slice(token.pos, token.getStart(file));
  return [...trivia.matchAll(comments)].map(({ 0: comment, index }) => ({
    isComment: true,
    start: token.pos + index,
    text: withoutMarks(comment).replace(codeSpans, blank),
  }));
}

/**
 * Replaces the slashes and asterisks around a comment, and before its lines, by spaces.
 * @param {string} comment
 */
function withoutMarks(comment) {
  return comment.replaceAll(commentMarks, (mark) => ' '.repeat(mark.length));
}

/**
 * @param {ts.Node} token
 * @param {ts.SourceFile} file
 * @returns {readonly Prose[]}
 */
function stringsIn(token, file) {
  if (!ts.isStringLiteralLike(token) && !ts.isTemplateLiteralToken(token)) return [];
  if (isModuleName(token)) return [];
  const start = token.getStart(file) + 1;
  const text = file.text.slice(start, token.end).replace(/(?:['"`]|\$\{)$/, '');
  return [{ isComment: false, start, text }];
}

/** @param {ts.Node} token */
const isModuleName = ({ parent }) =>
  ts.isImportDeclaration(parent) ||
  ts.isExportDeclaration(parent) ||
  (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword);
