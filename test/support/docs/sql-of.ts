import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { home } from '../registry/package.ts';
import { readDoc } from './read-doc.ts';

/** The blocks of SQL on a page of `docs/`, with another schema in place of `agent`. */
export function sqlOf(page: string, schema: string): readonly string[] {
  const { fences } = readDoc(page, readFileSync(join(home, 'docs', page), 'utf8'));
  const blocks = fences.filter(({ lang }) => lang === 'sql');
  return blocks.map(({ body }) => body.replaceAll(/\bagent\b/g, schema));
}
