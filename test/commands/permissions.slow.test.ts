import { chmod, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { giveAway, runAsNobody } from '../support/cli/run-as-nobody.ts';
import { add, errors, openShop, repoOf } from '../support/project/installed-repo.ts';
import { commit, differing, snapshot } from '../support/project/repos.ts';
import { tempFolder } from '../support/project/temp.ts';

const { installedRepo, update } = openShop();

describe('permissions', () => {
  it.skipIf(process.platform === 'win32').each([
    ['file', errors, 0o444],
    ['folder', 'src/agent/store', 0o555],
  ])('a read-only %s half-way keeps everything as it was', async (_, path, mode) => {
    const root = await repoOf();
    expect((await run(add('errors', 'store-memory'), root)).exitCode).toBe(0);
    await commit(root, 'add');
    await chmod(join(root, path), mode);
    await giveAway(dirname(root));
    const before = await snapshot(root);
    const { exitCode, stderr } = await runAsNobody(update(), root);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(path)]);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(differing(await snapshot(root), before)).toEqual([]);
    await chmod(join(root, path), 0o755);
  });

  it.skipIf(process.platform === 'win32')(
    'a folder that may not be read does not stop a removal',
    async () => {
      const root = await installedRepo();
      await giveAway(dirname(root));
      await mkdir(join(root, 'data'));
      await chmod(join(root, 'data'), 0);
      const { exitCode } = await runAsNobody(['remove', 'errors'], root);
      await chmod(join(root, 'data'), 0o755);
      expect([exitCode, await readdir(join(root, 'src'))]).toEqual([0, ['index.ts']]);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'a folder that may not be written is said, and nothing is left in it',
    async () => {
      const folder = await tempFolder();
      await giveAway(folder);
      await chmod(folder, 0o555);
      const args = ['bot', '--yes', '--no-install', '--no-git'];
      const { exitCode, stderr } = await runAsNobody(args, folder);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining('it is not writable')]);
      await chmod(folder, 0o755);
      expect(await readdir(folder)).toEqual([]);
    },
  );
});
