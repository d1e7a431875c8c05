import { chmod, mkdir, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apply } from '../../src/io/apply.ts';
import type { Change, Plan } from '../../src/types.ts';
import { tempFolder, textsUnder } from '../support/temp.ts';

const never = new AbortController().signal;
const lock = { format: 1, tool: '0.1.0', tests: true, slots: {}, components: {}, files: {} } as const;
const create = (path: string, text = path): Change => ({ kind: 'create', path, role: 'source', text });
const planOf = (...changes: Change[]): Plan => ({ changes, lock, install: [], nextSteps: [] });
const two = planOf(create('a.ts'), create('src/b.ts', 'b\r\n'), { kind: 'keep-mine', path: 'README.md', role: 'seed' });

describe('a plan', () => {
  it('is written byte for byte, with the folders above it', async () => {
    const folder = await tempFolder();
    await apply(two, join(folder, 'apps/bot'), never);
    expect(await textsUnder(folder)).toEqual({ 'apps/bot/a.ts': 'a.ts', 'apps/bot/src/b.ts': 'b\r\n' });
  });

  it('is written into a folder that is there, and leaves what it holds', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'README.md'), 'mine');
    await apply(two, folder, never);
    expect(await textsUnder(folder)).toEqual({ 'README.md': 'mine', 'a.ts': 'a.ts', 'src/b.ts': 'b\r\n' });
  });

  it('that was cancelled leaves nothing', async () => {
    const folder = await tempFolder();
    await expect(apply(two, join(folder, 'apps/bot'), AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('that was cancelled never takes away what somebody else wrote meanwhile', async () => {
    const folder = await tempFolder();
    const cancelled = new AbortController();
    const writing = apply(two, join(folder, 'apps/bot'), cancelled.signal);
    await expect.poll(async () => readdir(folder)).toEqual(['apps']);
    await writeFile(join(folder, 'apps/notes.txt'), 'mine');
    cancelled.abort();
    await writing.catch(() => undefined);
    expect(await textsUnder(folder)).toMatchObject({ 'apps/notes.txt': 'mine' });
  });

  it('is not led astray by what an earlier run left behind, and clears it away once it is old', async () => {
    const folder = await tempFolder();
    const [old, fresh] = [join(folder, '.12-factor-999999999-abcdef'), join(folder, '.12-factor-999999998-abcdef')];
    for (const left of [old, fresh]) await mkdir(left);
    await utimes(old, 0, 0);
    await apply(two, join(folder, 'bot'), never);
    expect((await readdir(folder)).toSorted()).toEqual(['.12-factor-999999998-abcdef', 'bot']);
    expect(await readdir(join(folder, 'bot'))).toEqual(['a.ts', 'src']);
  });

  it('never replaces a link, not even one that leads nowhere', async () => {
    const folder = await tempFolder();
    await symlink('nowhere', join(folder, 'a.ts'));
    await expect(apply(two, folder, never)).rejects.toMatchObject({ code: 'not-empty' });
    expect(await readdir(folder)).toEqual(['a.ts']);
  });

  it('gets the permissions that any new folder has', async () => {
    const folder = await tempFolder();
    await apply(two, join(folder, 'bot'), never);
    expect((await stat(join(folder, 'bot'))).mode).toBe((await stat(join(folder, 'bot/src'))).mode);
  });

  it('that fails when half is moved in takes that half out again', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'src'));
    await expect(apply(two, folder, never)).rejects.toMatchObject({ code: 'not-empty' });
    expect(await readdir(folder)).toEqual(['src']);
  });

  it('that fails to be written leaves nothing', async () => {
    const folder = await tempFolder();
    await expect(
      apply(planOf(create('a.ts'), create('x'.repeat(250) + '/y'.repeat(3000))), join(folder, 'bot'), never),
    ).rejects.toThrow();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['../out.ts', '/tmp/out.ts', 'a/../../out.ts'])(
    'with the path %s is our bug, and nothing is written',
    async (path) => {
      const folder = await tempFolder();
      await expect(apply(planOf(create(path)), join(folder, 'bot'), never)).rejects.toThrow(
        'The plan has a path that cannot be written',
      );
      expect(await readdir(folder)).toEqual([]);
    },
  );

  // Root may write anywhere, so this shows nothing there.
  it.skipIf(process.getuid?.() === 0)('says where it may not write', async () => {
    const folder = await tempFolder();
    await chmod(folder, 0o555);
    await expect(apply(two, join(folder, 'bot'), never)).rejects.toMatchObject({ code: 'no-permission' });
    await chmod(folder, 0o755);
    await rm(folder, { recursive: true });
  });
});
