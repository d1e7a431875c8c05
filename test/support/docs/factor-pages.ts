import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { home } from '../registry/package.ts';
import { readDoc, type Doc } from './read-doc.ts';

const folder = 'docs/factors';
const names = readdirSync(join(home, folder)).filter((name) => name.endsWith('.md'));

const open = (name: string): Doc =>
  readDoc(`${folder}/${name}`, readFileSync(join(home, folder, name), 'utf8'));

/** The index of the factors, and one page for each. */
export const factorIndex = open('README.md');
export const factorPages: readonly Doc[] = names.filter((name) => name !== 'README.md').map(open);
