import { expect, it } from 'vitest';
import { checkImports } from '../../../src/pipeline/doctor/check-imports.ts';
import { fail } from '../../../src/pipeline/doctor/finding.ts';

const fix = 'take out the line and what uses it, or restore the file';

it('names file, line and import', () => {
  expect(checkImports([{ path: 'src/agent/agent.ts', line: 3, name: './slack/x.ts' }])).toEqual([
    fail('src/agent/agent.ts:3 imports ./slack/x.ts: there is no such file', fix),
  ]);
  expect(checkImports([])).toEqual([]);
});

it('names at most ten', () => {
  const broken = Array.from({ length: 12 }, (_, line) => ({ path: 'a.ts', line, name: './b.ts' }));
  const findings = checkImports(broken);
  expect(findings).toHaveLength(11);
  expect(findings[10]).toEqual(fail('2 more such imports', 'the type check names them'));
});
