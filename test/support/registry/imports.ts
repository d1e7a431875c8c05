import ts from 'typescript';

/** The import specifiers of a file, and the constructs that import rewriting cannot follow. */
export type Imports = {
  readonly specifiers: readonly string[];
  readonly forbidden: readonly string[];
};

/** Parses a file and collects its import specifiers, including dynamic and type imports. */
export function importsOf(path: string, text: string): Imports {
  const specifiers: string[] = [];
  const forbidden: string[] = [];
  const take = (node: ts.Node | undefined): void => {
    if (node && ts.isStringLiteral(node)) specifiers.push(node.text);
    else forbidden.push('an import of something computed');
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) take(node.moduleSpecifier);
    if (ts.isExportDeclaration(node) && node.moduleSpecifier) take(node.moduleSpecifier);
    if (ts.isImportTypeNode(node))
      take(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined);
    if (ts.isImportEqualsDeclaration(node)) forbidden.push('import =');
    if (ts.isCallExpression(node)) {
      const callee = node.expression.getText();
      if (node.expression.kind === ts.SyntaxKind.ImportKeyword) take(node.arguments[0]);
      if (/^(require|createRequire|import\.meta\.resolve|vi\.(do)?(un)?mock)$/i.test(callee))
        forbidden.push(callee);
    }
    if (
      ts.isNewExpression(node) &&
      node.expression.getText() === 'URL' &&
      node.getText().includes('import.meta')
    )
      forbidden.push('new URL');
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return { specifiers, forbidden };
}
