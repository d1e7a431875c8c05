import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const readme = read('README.md');

/** The files of the core except its tests and the threads that they replay. */
const core = readdirSync(new URL('../../registry/agent/core', import.meta.url)).filter(
  (name) => !name.endsWith('.test.ts') && name !== 'recorded-threads.ts',
);

test('the loop that the README shows is the loop', () => {
  const [, shown] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(shown).toBe(read('registry/agent/core/loop.ts'));
});

test('the core is as small as the README says', () => {
  const lines = core.flatMap((name) =>
    read(`registry/agent/core/${name}`).split('\n').slice(0, -1),
  );
  const [, said = ''] = /`core\/` has about ([\d,]+) lines/.exec(readme) ?? [];
  expect(Math.abs(lines.length - Number(said.replace(',', '')))).toBeLessThanOrEqual(25);
});

test('every npm script that the documentation names exists', () => {
  const manifests = readdirSync(new URL('../../registry/components', import.meta.url)).map(
    (name) => `components/${name}`,
  );
  const all = ['package.json', ...manifests.map((path) => `registry/${path}`)].map((path) =>
    JSON.parse(read(path)),
  );
  const scripts = all.flatMap((one) => Object.keys(one.scripts ?? {}));
  const named = ['README.md', 'CONTRIBUTING.md', 'AGENTS.md'].flatMap((path) =>
    [...read(path).matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script),
  );
  expect(scripts).toEqual(expect.arrayContaining(named));
});
