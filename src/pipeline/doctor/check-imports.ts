import { posix } from 'node:path';
import { type Finding, fail } from './finding.ts';

/** An import that leads to no file. `line` counts from 1. */
export type BrokenImport = { readonly path: string; readonly line: number; readonly name: string };

const mostNamed = 10;

/** Reports the relative imports that lead to no file: the code does not compile. */
export function checkImports(broken: readonly BrokenImport[]): readonly Finding[] {
  const named = broken.slice(0, mostNamed).map(({ path, line, name }) => {
    const what = `${path}:${line} imports ${name}: there is no such file`;
    return fail(what, 'take out the line and what uses it, or restore the file');
  });
  const others = broken.length - named.length;
  if (others === 0) return named;
  return [...named, fail(`${others} more such imports`, 'the type check names them')];
}

const endings = ['ts', 'tsx', 'mts', 'cts', 'd.ts', 'js', 'jsx', 'mjs', 'cjs', 'json', 'node'];

/** Returns the files that a relative import can mean, from the root: any one of them is enough. */
export function filesMeant(name: string, importer: string): readonly string[] {
  const exact = posix.join(posix.dirname(importer), name.replace(/[?#].*$/, ''));
  const [, stem = exact, c = '', x = ''] = /^(.*)\.([cm]?)js(x?)$/.exec(exact) ?? [];
  const compiled =
    stem === exact ? [] : [`${stem}.${c}ts${x}`, `${stem}.${c}tsx`, `${stem}.d.${c}ts`];
  const [, module = exact, ending = ''] = /^(.*)\.(\w+)$/.exec(exact) ?? [];
  const added = endings.flatMap((one) => [`${exact}.${one}`, `${exact}/index.${one}`]);
  const others = [`${module}.d.${ending}.ts`, `${exact}/package.json`];
  return [exact, ...compiled, ...added, ...others];
}
