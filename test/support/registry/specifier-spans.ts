import ts from 'typescript';

/** The position of an import specifier in a text, including its quotes. */
export type Span = { readonly specifier: string; readonly start: number; readonly end: number };

/** Finds every import specifier of a file with TypeScript's parser, in the order of the text. */
export function specifierSpans(path: string, text: string): readonly Span[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const spans: Span[] = [];
  const take = (node: ts.Node | undefined): void => {
    if (node && ts.isStringLiteralLike(node))
      spans.push({ specifier: node.text, start: node.getStart(source), end: node.getEnd() });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) take(node.moduleSpecifier);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      take(node.argument.literal);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      take(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return spans.toSorted((a, b) => a.start - b.start);
}
