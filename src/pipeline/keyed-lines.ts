import type { EnvVar } from '../types.ts';

/** Appends the variables that a `.env.example` does not name yet, each under its comment. */
export function editEnvExample(text: string, variables: readonly EnvVar[]): string {
  const named = new Set([...text.matchAll(/^#?\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm)].map((match) => match[1]));
  const entries = variables
    .filter(({ name }) => !named.has(name))
    .map(({ name, about, value }) => `# ${about}\n${name}=${value ?? ''}\n`);
  return append(text, entries);
}

/** Appends the lines that a `.gitignore` does not have yet. */
export function editGitignore(text: string, lines: readonly string[]): string {
  const there = new Set(text.split(/\r?\n/).map((line) => line.trim()));
  return append(
    text,
    lines.filter((line) => !there.has(line)).map((line) => `${line}\n`),
  );
}

function append(text: string, additions: readonly string[]): string {
  if (additions.length === 0) return text;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text === '' || text.endsWith('\n') ? text : text + eol;
  return before + additions.join('').replaceAll('\n', eol);
}
