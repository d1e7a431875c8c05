import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readDoc } from './read-doc.ts';

/** The blocks of SQL on a page of `docs/`, with another schema in place of `agent`. */
export function sqlOf(page: string, schema: string): readonly string[] {
  const path = fileURLToPath(new URL(`../../../docs/${page}`, import.meta.url));
  const { fences } = readDoc(page, readFileSync(path, 'utf8'));
  const blocks = fences.filter(({ lang }) => lang === 'sql');
  return blocks.map(({ body }) => body.replaceAll(/\bagent\b/g, schema));
}
