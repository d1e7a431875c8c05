/**
 * A fenced block: its language, what follows that, its text, and the line where it starts, from 1.
 */
export type Fence = {
  readonly lang: string;
  readonly rest: string;
  readonly body: string;
  readonly line: number;
};

/** A page of the documentation: its fenced blocks, and what stands between them. */
export type Doc = {
  readonly path: string;
  readonly fences: readonly Fence[];
  readonly prose: string;
  readonly anchors: ReadonlySet<string>;
};

const fence = /^( *)```(\w*) ?([^\n]*)\n([\s\S]*?)^ *```$/gm;

/** Reads a page of Markdown. */
export function readDoc(path: string, text: string): Doc {
  const fences = [...text.matchAll(fence)].map(
    ({ 1: indent = '', 2: lang = '', 3: rest = '', 4: body = '', index }) => ({
      lang,
      rest,
      body: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      line: text.slice(0, index).split('\n').length,
    }),
  );
  const prose = text.replaceAll(fence, '');
  const headings = [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return { path, fences, prose, anchors: new Set(headings.map(toAnchor)) };
}

/** As GitHub makes them. */
const toAnchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

/**
 * What a block says that it is, by its first line: `// src/agent/core/loop.ts` is an excerpt of
 * that file, `// new: path` a whole file of the reader's, for JSON behind the language instead, and
 * a `diff` block whose first line is a path an edit of it.
 */
export type Block =
  | { readonly kind: 'excerpt' | 'new' | 'edit'; readonly path: string; readonly text: string }
  | { readonly kind: 'module'; readonly text: string }
  | { readonly kind: 'console'; readonly commands: readonly Shown[] }
  | { readonly kind: 'other' };

/** A command, what it prints, and the code that it exits with. */
export type Shown = { readonly command: string; readonly printed: string; readonly exit: number };

/** What a block is. */
export function blockOf({ lang, rest, body }: Fence): Block {
  if (rest.startsWith('new: '))
    return { kind: 'new', path: rest.slice('new: '.length), text: body };
  const [, isNew, path] = /^ ?\/\/ (new: )?([\w./-]+)\n/.exec(body) ?? [];
  const text = body.slice(body.indexOf('\n') + 1);
  if (lang === 'diff') return path === undefined ? { kind: 'other' } : { kind: 'edit', path, text };
  if (path !== undefined) return { kind: isNew ? 'new' : 'excerpt', path, text };
  if (lang === 'ts') return { kind: 'module', text: body };
  return lang === 'console' ? { kind: 'console', commands: commandsOf(body) } : { kind: 'other' };
}

function commandsOf(body: string): readonly Shown[] {
  return body
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...lines] = part.split('\n');
      const [, exit = '0'] = /^\(exit (\d+)\)$/m.exec(part) ?? [];
      const printed = lines.filter((line) => !/^\(exit \d+\)$/.test(line)).join('\n');
      return {
        command,
        printed: printed.trim() === '' ? '' : printed.trimEnd(),
        exit: Number(exit),
      };
    });
}
