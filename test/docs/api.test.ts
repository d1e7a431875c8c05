import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { operations, type Operation } from '../../registry/agent/api/api.ts';
import { home } from '../support/registry/package.ts';

const page = readFileSync(join(home, 'docs/api.md'), 'utf8');
const rows = [...page.matchAll(/^\| `(GET|POST) (\S+)` +\| (.*?) +\| (.*?) *\|$/gm)];

it('the table of the page is the table of operations', () => {
  const shown = rows.map(([, method, path, summary]) => ({ method, path, summary }));
  expect(shown).toEqual(
    Object.values(operations).map(({ method, path, summary }) => ({ method, path, summary })),
  );
});

it('each row names the fields of its body or query', () => {
  const named = rows.map(([, , , , fields = '']) =>
    [...fields.matchAll(/`(\w+)`/g)].map(([, field]) => field).toSorted(),
  );
  expect(named).toEqual(Object.values<Operation>(operations).map(fieldsOf));
});

function fieldsOf({ body, query }: Operation): readonly string[] {
  const schema = body ?? query;
  if (!schema) return [];
  const options = 'options' in schema && Array.isArray(schema.options) ? schema.options : [schema];
  return [...new Set(options.flatMap(({ shape }) => Object.keys(shape)))].toSorted();
}
