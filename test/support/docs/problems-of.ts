import { posix } from 'node:path';
import {
  checkLine,
  checkTerminal,
  checkTool,
  checkVariable,
  commandsOf,
  takesFlag,
  wordsOf,
} from './check-command.ts';
import { declares } from './declares.ts';
import { edit, holds } from './edit.ts';
import { madeBy } from './made-by.ts';
import { blockOf, readDoc, type Doc, type Fence } from './read-doc.ts';
import { symbolsIn } from './symbols.ts';
import type { World } from './world.ts';

/**
 * What a page names that is not there: commands, flags, files, symbols of files, links, variables,
 * functions, excerpts.
 */
export function problemsOf(doc: Doc, everything: World): readonly string[] {
  const world = withFilesOf(doc, everything);
  const mine = doc.fences.flatMap(({ body }) =>
    [...body.matchAll(/^ *"name": "([\w-]+)"/gm)].map(([, name = '']) => name),
  );
  return [
    ...doc.fences.flatMap((fence) =>
      [
        ...checkFence(fence, doc, everything),
        ...linesOf(fence).flatMap((line) => checkLine(line, world, new Set(mine))),
      ].map((problem) => `${doc.path}:${fence.line}: ${problem}`),
    ),
    ...spansOf(doc).flatMap((span) =>
      checkSpan(span, doc, world, new Set(mine)).map(
        (problem) => `${doc.path}: \`${span}\`: ${problem}`,
      ),
    ),
    ...checkLinks(doc, world).map((problem) => `${doc.path}: ${problem}`),
    ...checkSymbols(doc, world).map((problem) => `${doc.path}: ${problem}`),
  ];
}

/** The world with the files that a page makes. */
function withFilesOf({ fences }: Doc, world: World): World {
  return { ...world, project: new Map([...world.project, ...madeBy(fences)]) };
}

/** The lines for the shell in a block. What a plain block prints starts with no command of ours. */
function linesOf(fence: Fence): readonly string[] {
  const block = blockOf(fence);
  if (block.kind === 'console') return block.commands.map(({ command }) => command);
  if (fence.lang !== '' && fence.lang !== 'sh') return [];
  const lines = fence.body.split('\n').map((line) => line.trim().replace(/^\$ /, ''));
  return lines
    .filter((line) => /^([A-Z_]+=\S+ )*(npx|npm|pnpm|cd) /.test(line))
    .map((line) => line.split(/ {2,}/)[0] ?? '');
}

function checkFence(fence: Fence, doc: Doc, { project, own }: World): readonly string[] {
  const block = blockOf(fence);
  if (fence.lang === 'diff' && block.kind !== 'edit')
    return ['a diff says in its first line what it edits'];
  if (block.kind === 'console' && block.commands.length === 0)
    return ['a transcript has lines that start with $'];
  if (block.kind !== 'excerpt' && block.kind !== 'edit') return [];
  const made = madeBy(doc.fences.slice(0, doc.fences.indexOf(fence)));
  const text = made.get(block.path) ?? project.get(block.path) ?? own(block.path);
  if (text === undefined) return [`there is no ${block.path}`];
  if (block.kind === 'excerpt')
    return holds(text, block.text) ? [] : [`${block.path} has no such lines`];
  try {
    edit(text, block.text);
    return [];
  } catch (error) {
    return [`${block.path}: ${String(error)}`];
  }
}

const spansOf = ({ prose }: Doc): readonly string[] =>
  [...prose.matchAll(/(?<!`)`([^`]+)`(?!`)/g)].map(([, span = '']) =>
    span.replaceAll(/\s+/g, ' ').replaceAll('\\|', '|'),
  );

const terminalWords = ['approve', 'deny', 'answer', 'say', 'show', 'watch', 'cancel', 'resume'];

function checkSpan(
  span: string,
  doc: Doc,
  world: World,
  mine: ReadonlySet<string>,
): readonly string[] {
  const [first = '', second] = span.split(' ');
  const names = commandsOf(world.tool).flatMap((command) => [command.name(), ...command.aliases()]);
  if (['npx', 'npm', 'node', 'git'].includes(first) && second !== undefined)
    return checkLine(span, world, mine);
  if (terminalWords.includes(first) && second !== undefined) return checkTerminal(wordsOf(span));
  if (names.includes(first) && second !== undefined) return checkTool(wordsOf(span), world, mine);
  if (first.startsWith('--')) return checkFlag(first.replace(/=.*/, ''), world);
  const [, variable] = /^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]+(?==))(=.*)?$/.exec(span) ?? [];
  if (variable !== undefined) return checkVariable(variable, world);
  const [, called] = /^(\w+)\(\)$/.exec(span) ?? [];
  if (called !== undefined) return checkFunction(called, doc, world);
  return isPath(span) && !isThere(span, doc, world) ? ['there is no such file'] : [];
}

function checkFlag(flag: string, { tool }: World): readonly string[] {
  const all = commandsOf(tool).flatMap((command) => command.options.map(({ long }) => long));
  const known = [...all, '--help', '--version'].includes(flag) || takesFlag(flag);
  return known ? [] : ['there is no such flag'];
}

function checkFunction(name: string, { fences }: Doc, { project }: World): readonly string[] {
  const isDefined = new RegExp(`\\b(function|const) ${name}\\b|^ +${name}\\(`, 'm');
  const texts = [...project.values(), ...fences.map(({ body }) => body)];
  return texts.some((text) => isDefined.test(text)) ? [] : ['there is no such function'];
}

const isPath = (span: string): boolean =>
  /^[\w.-][\w./*-]*$/.test(span) &&
  !/^\.[jt]s$/.test(span) &&
  (/[^/]\/|^\.\w/.test(span) || /\.(ts|js|json|md|jsonl|hbs)$/.test(span));

/**
 * In a created project, in its agent's folder, in our own repository, beside the page, or made on
 * the page.
 */
function isThere(span: string, { path, fences }: Doc, { project, own }: World): boolean {
  const made = fences.map(blockOf).flatMap((block) => (block.kind === 'new' ? [block.path] : []));
  const paths = [...project.keys()];
  const isIn = (wanted: string) =>
    paths.some((one) => one === wanted || one.startsWith(wanted.replace(/\/?$/, '/')));
  const isMade = made.some((one) => `/${one}`.includes(`/${span}`));
  const beside = posix.join(posix.dirname(path), span);
  return (
    isIn(span) ||
    isIn(`src/agent/${span}`) ||
    isMade ||
    [span, beside].some((one) => own(one) !== undefined)
  );
}

function checkLinks(doc: Doc, { own }: World): readonly string[] {
  const links = [...doc.prose.matchAll(/(?:\[(\w+)[^\]]*)?\]\(([^)\s]+)\)/g)];
  return links.flatMap(([, name = '', target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const path = posix.normalize(posix.join(posix.dirname(doc.path), file));
    const text = file === '' ? undefined : own(path);
    if (file !== '' && text === undefined) return [`the link ${target} leads nowhere`];
    const [, line] = /^L(\d+)$/.exec(anchor ?? '') ?? [];
    if (line !== undefined) {
      const isNamed = text?.split('\n')[Number(line) - 1]?.includes(name);
      return isNamed ? [] : [`the link ${target} is not the line of ${name}`];
    }
    const { anchors } = file === '' ? doc : readDoc(path, text ?? '');
    return anchor === undefined || anchors.has(anchor)
      ? []
      : [`the link ${target} has no such heading`];
  });
}

/** `reduce()` in `core/thread.ts`: the file declares the symbol, or an edit of the page does. */
function checkSymbols(doc: Doc, { project, own }: World): readonly string[] {
  const blocks = doc.fences.map(blockOf);
  return symbolsIn(doc.prose).flatMap(({ symbol, path }) => {
    const paths = [path, `src/agent/${path}`];
    const [text] = paths.flatMap((one) => project.get(one) ?? own(one) ?? []);
    const edits = blocks.flatMap((block) =>
      block.kind === 'edit' && paths.includes(block.path)
        ? [block.text.replaceAll(/^(?:\+|-.*)/gm, '')]
        : [],
    );
    if ([text ?? '', ...edits].some((one) => declares(one, symbol))) return [];
    return [`${path} declares no ${symbol}`];
  });
}
