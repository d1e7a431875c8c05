import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { importsOf } from '../registry/imports.ts';
import { filesUnder } from './temp.ts';
import { compile } from './toolchain.ts';

/** The files that may differ between the projects. */
const varying = ['agent/agent.ts', 'agent/tools.ts', 'agent/terminal/commands.ts'];

/**
 * Compiles several projects that have the same files, in one run of the compiler. Returns the same
 * errors as compiling each project alone: it checks that every relative import leads to a file of
 * the same project, and compiles each different text of a rendered file once.
 */
export async function compileTogether(
  projects: readonly string[],
  into: string,
): Promise<readonly string[]> {
  const texts = new Map<string, string[]>();
  const lost: string[] = [];
  for (const project of projects) {
    const files = (await filesUnder(join(project, 'src'))).filter((path) => path.endsWith('.ts'));
    for (const path of files) {
      const text = await readFile(join(project, 'src', path), 'utf8');
      lost.push(...lostImports(project, path, text));
      const known = texts.get(path) ?? [];
      if (!known.includes(text)) texts.set(path, [...known, text]);
    }
  }
  await write(join(into, 'package.json'), '{ "type": "module" }');
  const different = [...texts].filter(([path, all]) => all.length > 1 && !varying.includes(path));
  for (const [path, variants] of texts)
    for (const [index, text] of variants.entries())
      await write(join(into, 'src', variantOf(path, index)), text);
  return [
    ...lost,
    ...different.map(([path]) => `${path} differs between the projects`),
    ...(await compile(into, ['src'])),
  ];
}

function lostImports(project: string, path: string, text: string): readonly string[] {
  const relative = importsOf(path, text).specifiers.filter((one) => one.startsWith('.'));
  return relative
    .map((one) => posix.join('src', posix.dirname(path), one))
    .filter((target) => !existsSync(join(project, target)))
    .map((target) => `${project}/src/${path} imports ${target}, which is not there`);
}

/** The first text keeps its name, so that imports find it. The others are beside it. */
const variantOf = (path: string, index: number): string =>
  index === 0 ? path : path.replace(/\.ts$/, `-${index}.ts`);

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
