import ts from 'typescript';
import { stubs } from './wiring-wires.ts';

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  types: [],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  allowUnreachableCode: false,
  noEmit: true,
  skipLibCheck: true,
};

const globals = `
  declare const process: { readonly env: Readonly<Record<string, string | undefined>> };
  declare const console: { log(...said: unknown[]): void };`;

const pathOf = (module: string): string =>
  `/of/${module.replace(/^\.\//, '').replace(/^([\w:]+)$/, '$1.d.ts')}`;

/**
 * What the compiler has to say against each text, all in one program: a list as long as the texts,
 * mostly empty.
 */
export function compile(texts: readonly string[]): readonly (readonly string[])[] {
  const modules = Object.entries(stubs).map(([module, text]) => [pathOf(module), text] as const);
  const cases = texts.map((text, index) => [`/of/case-${index}.ts`, text] as const);
  const files = new Map([...modules, ...cases, ['/of/globals.d.ts', globals] as const]);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (name, version, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile(name, version, ...rest)
      : ts.createSourceFile(name, text, version, true);
  };
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.resolveModuleNameLiterals = (literals) =>
    literals.map(({ text }) => ({
      resolvedModule: files.has(pathOf(text)) ? resolved(pathOf(text)) : undefined,
    }));
  const program = ts.createProgram([...files.keys()], options, host);
  return cases.map(([name]) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '),
    );
  });
}

function resolved(resolvedFileName: string): ts.ResolvedModuleFull {
  const extension = resolvedFileName.endsWith('.d.ts') ? ts.Extension.Dts : ts.Extension.Ts;
  return { resolvedFileName, extension, isExternalLibraryImport: false };
}

/**
 * Each import, next step, case and slot of a text with what it says; what is there twice says both.
 */
export function factsOf(text: string): ReadonlyMap<string, string> {
  const file = ts.createSourceFile('a.ts', text, ts.ScriptTarget.ES2023, true);
  const facts = new Map<string, string>();
  const add = (key: string, node: ts.Node | undefined): void => {
    const said = node ? plain(node.getText(file)) : '';
    facts.set(key, facts.has(key) ? `${facts.get(key)} AND ${said}` : said);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && !node.importClause)
      add(`import ${node.moduleSpecifier.getText(file)}`, undefined);
    if (ts.isImportSpecifier(node)) add(`import ${node.name.text}`, node.parent.parent.parent);
    if (ts.isNamespaceImport(node)) add(`import ${node.name.text}`, node.parent.parent);
    if (ts.isObjectLiteralExpression(node) && isList(node))
      for (const one of node.properties) {
        const isList = ts.isPropertyAssignment(one) && isListOfModels(one.initializer);
        if (!isList) add(`entry ${nameOf(one)}`, one);
      }
    if (isListOfModels(node)) for (const one of node.properties) add(`model ${nameOf(one)}`, one);
    if (ts.isCaseClause(node)) {
      const within = ts.findAncestor(node, ts.isFunctionLike)?.type?.getText(file);
      add(`case of ${within} ${plain(node.expression.getText(file))}`, bodyOf(node));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return facts;
}

const nameOf = ({ name }: ts.ObjectLiteralElementLike): string =>
  name?.getText().replaceAll(/['"]/g, '') ?? '...';

/** The object with the further models, in its place or in a constant of its name. */
function isListOfModels(node: ts.Node): node is ts.ObjectLiteralExpression {
  if (!ts.isObjectLiteralExpression(node)) return false;
  const { parent } = node;
  return (
    (ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent)) &&
    parent.name.getText() === 'models'
  );
}

/** The object with the next steps, or the agent's own, whatever they are called. */
function isList(node: ts.ObjectLiteralExpression): boolean {
  const names = node.properties.map(({ name }) => name?.getText() ?? '');
  if (names.includes('model') && names.includes('store')) return true;
  if (ts.isVariableDeclaration(node.parent))
    return node.getSourceFile().text.includes(`oneOf(${node.parent.name.getText()})`);
  return ts.isCallExpression(node.parent) && node.parent.expression.getText() === 'oneOf';
}

/** The clause that runs for a case: its own, or the next that has statements. */
function bodyOf(clause: ts.CaseOrDefaultClause): ts.Node | undefined {
  const { clauses } = clause.parent;
  return clauses.slice(clauses.indexOf(clause)).find(({ statements }) => statements.length > 0)
    ?.statements[0];
}

/** Code without its layout. */
function plain(code: string): string {
  const scanner = ts.createScanner(ts.ScriptTarget.ES2023, true, ts.LanguageVariant.Standard, code);
  const words: string[] = [];
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan())
    words.push(
      kind === ts.SyntaxKind.StringLiteral
        ? `'${scanner.getTokenValue()}'`
        : scanner.getTokenText(),
    );
  return words
    .filter((word, at) => word !== ';' && !(word === ',' && /^[)\]}]?$/.test(words[at + 1] ?? '')))
    .join(' ');
}
