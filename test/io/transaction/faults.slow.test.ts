import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hash } from '../../../src/pipeline/text/hash.ts';
import { filesUnder, tempFolder, textsUnder } from '../../support/project/temp.ts';
import {
  allFaults,
  type Bench,
  buildTransact,
  doubleFaults,
  openBench,
  recoveryFaults,
  type Setting,
  torture,
} from '../../torture/transaction/fault-points.ts';

/** A prime, so that over all calls every kind of fault is tried. */
const stride = 67;
const sparseStride = 211;

describe.each<[string, Setting]>([
  ['replaces, makes, deletes and renames', {}],
  ['meets a folder on another disk', { mount: 'src/agent' }],
  ['makes its root', { fresh: true }],
])('a transaction that %s', (_, setting) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench(setting);
  });
  afterAll(() => bench.close());

  it('killed or failing at any call, leaves the old tree or the new one, and says so', async () => {
    const { wrong, said } = await torture(bench, allFaults(bench.calls.length, stride));
    expect(wrong).toEqual([]);
    expect([...said.keys()]).toContain('killed');
  });

  it.each([
    ['takes back what failed', doubleFaults],
    ['recovers', recoveryFaults],
  ])('killed while it %s leaves the old tree or the new one', async (_, faultsAfter) => {
    const commit = bench.calls.findIndex((call) => call.endsWith('-> .12-factor/tmp/journal.json'));
    const all = Array.from({ length: bench.calls.length - commit }, (_, n) =>
      faultsAfter(commit + 2 + n, 40),
    ).flat();
    const { wrong } = await torture(
      bench,
      all.filter((_, n) => n % sparseStride === 0),
    );
    expect(wrong).toEqual([]);
  });
});

describe('two processes at once', () => {
  const paths = Array.from({ length: 30 }, (_, n) => `src/${n % 4}/${n}.ts`);

  it.each([1, 2, 3])('never mix (%i)', async () => {
    const folder = await tempFolder();
    const script = await buildTransact(folder);
    const root = join(folder, 'repo');
    await mkdir(root);
    const start = async (text: string) => {
      const plan = join(folder, `${text}.json`);
      const writes = paths.map((path) => ({ path, content: `${text} of ${path}` }));
      await writeFile(plan, JSON.stringify({ command: 'update', writes }));
      const { stdout } = await execa('node', [script, root, plan], { reject: false });
      return { text, said: JSON.parse(stdout) as { ok: boolean; code?: string } };
    };
    const ends = await Promise.all(['a', 'b', 'c'].map(start));
    const winners = ends.filter(({ said }) => said.ok);
    expect(winners).toHaveLength(1);
    expect(
      ends.filter(({ said }) => !said.ok && said.code !== 'busy' && said.code !== 'conflict'),
    ).toEqual([]);
    const texts = Object.entries(await textsUnder(root)).filter(
      ([path]) => !path.startsWith('.12-factor'),
    );
    expect(texts.map(([path, text]) => [path, hash(text)])).toEqual(
      paths.toSorted().map((path) => [path, hash(`${winners[0]?.text} of ${path}`)]),
    );
    expect(await readdir(join(root, '.12-factor/tmp'))).toHaveLength(2);
    expect(await filesUnder(root)).not.toContain('.12-factor/tmp/lock');
  });
});
