import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkProduction, endOf, runTests, startDeployment, whatRuns } from './target.ts';

let folder = '';
const file = () => join(folder, 'target.jsonl');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'target-'));
  vi.stubEnv('TARGET_FILE', file());
  vi.stubEnv('TARGET_MS', '20');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const frontend = (tag: string, key: string) => ({ key, service: 'frontend', tag }) as const;

test('a deployment takes time, and then its tag runs', async () => {
  const deployment = await startDeployment(frontend('1.42.0', 'a'));
  expect(await whatRuns()).toEqual({ backend: '1.40.0', frontend: '1.40.0' });
  await endOf(deployment);
  expect(await whatRuns()).toEqual({ backend: '1.40.0', frontend: '1.42.0' });
});

test('the same key deploys once', async () => {
  const first = await startDeployment(frontend('1.42.0', 'a'));
  expect(await startDeployment(frontend('1.42.0', 'a'))).toEqual(first);
  expect(readFileSync(file(), 'utf8').trim().split('\n')).toHaveLength(1);
});

test('a pull request that ends in 4 is refused three times', async () => {
  for (const key of ['a', 'b', 'c']) {
    const refused = await startDeployment(frontend('1.44.0', key));
    await expect(endOf(refused)).rejects.toThrow('the target is full');
  }
  await endOf(await startDeployment(frontend('1.44.0', 'd')));
  expect(await whatRuns()).toMatchObject({ frontend: '1.44.0' });
});

test('one that ends in 3 fails its checks, and one that ends in 5 its tests', async () => {
  expect(await checkProduction()).toEqual([]);
  await endOf(await startDeployment(frontend('1.43.0', 'a')));
  expect(await checkProduction()).toEqual(['checkout']);
  expect([await runTests(42), await runTests(45)]).toMatchObject([{ failed: 0 }, { failed: 2 }]);
});
