import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ctrlC, down, enter, open } from '../support/cli/pseudo-terminal.ts';
import { gitStatus } from '../support/project/repos.ts';
import { add, edit, errors, openShop, repoOf } from '../support/project/installed-repo.ts';
import { upstreamLine } from '../support/registry/next-version.ts';

const { installedRepo, update } = openShop();
const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

describe('a question before writing', () => {
  const dumb = { TERM: 'dumb' };

  it.each<[string, Record<string, string>, string, number, boolean]>([
    ['Enter writes', {}, enter, 0, true],
    ['n does not', {}, 'n', 130, false],
    ['Ctrl-C does not', {}, ctrlC, 130, false],
    ['Enter writes, where nothing can be drawn', dumb, enter, 0, true],
    ['y does, where nothing can be drawn', dumb, `y${enter}`, 0, true],
    ['n does not, where nothing can be drawn', dumb, `n${enter}`, 130, false],
    ['anything else does not, where nothing can be drawn', dumb, `what?${enter}`, 130, false],
    ['Ctrl-C does not, where nothing can be drawn', dumb, ctrlC, 130, false],
    ['Ctrl-D does not, where nothing can be drawn', dumb, '\u0004', 130, false],
  ])('%s', async (_, env, keys, code, written) => {
    const root = await repoOf();
    const session = await open(add('errors'), root, 80, env);
    await session.until('Write these 2 files?');
    session.press(keys);
    expect([await session.exit, await exists(join(root, errors))]).toEqual([code, written]);
    if (!written)
      expect(session.screen().split('\n').at(-1)).toBe('Cancelled: nothing was written.');
    if (!written) expect(await gitStatus(root)).toEqual([]);
  });

  it('ends when its terminal is closed, and nothing was written', async () => {
    const root = await repoOf();
    const session = await open(add('errors'), root, 80);
    await session.until('Write these 2 files?');
    expect(await session.hangUp()).toBe(true);
    expect(await gitStatus(root)).toEqual([]);
  });

  it('of a removal has to be answered with yes', async () => {
    const root = await installedRepo();
    const hasty = await open(['remove', 'errors'], root, 80);
    await hasty.until('Delete');
    hasty.press(enter);
    expect([await hasty.exit, await exists(join(root, errors))]).toEqual([130, true]);
    const meant = await open(['remove', 'errors'], root, 80);
    await meant.until('Delete');
    meant.press('y');
    expect([await meant.exit, await exists(join(root, errors))]).toEqual([0, false]);
  });
});

describe('a conflict', () => {
  const mine = 'export const mine = true;';
  const theirs = upstreamLine('core/errors.ts');
  const conflicting = edit(errors, (text) => `${mine}\n${text}`);

  it.each<[string, number, number, (text: string) => boolean]>([
    ['mine keeps the lines', 0, 2, (text) => text.includes(mine) && !text.includes(theirs)],
    ['upstream takes theirs', 1, 0, (text) => !text.includes(mine) && text.includes(theirs)],
    [
      'leave markers has both',
      2,
      2,
      (text) => [mine, theirs, '<<<<<<< yours'].every((one) => text.includes(one)),
    ],
    ['stop writes nothing', 3, 130, (text) => text.includes(mine) && !text.includes(theirs)],
  ])('is shown with both versions, and %s', async (_, downs, code, holds) => {
    const root = await installedRepo(conflicting);
    const session = await open(update(), root, 100);
    await session.until('stop');
    expect(session.screen()).toMatch(
      /CONFLICT src\/agent\/core\/errors\.ts.*\n +line 1\n +yours +export const mine/,
    );
    expect(session.screen()).toMatch(/ +upstream +export const upstream_core_errors_ts/);
    for (let left = downs; left > 0; left -= 1) session.press(down);
    session.press(enter);
    // After `stop` there is nothing to ask. Otherwise the other file of the component is written.
    if (code !== 130) {
      await session.until('Write');
      session.press(enter);
    }
    expect(await session.exit).toBe(code);
    expect(holds(await readFile(join(root, errors), 'utf8'))).toBe(true);
    if (code === 130) expect(await gitStatus(root)).toEqual([]);
    if (downs === 0)
      expect(session.screen()).toContain(`You refused 1 hunk of upstream: ${errors}`);
    if (downs === 2) expect(session.screen()).toContain(`1 conflict left to resolve: ${errors}:`);
  });

  it('is not asked about where nothing can be drawn', async () => {
    const root = await installedRepo(conflicting);
    const session = await open(update(), root, 100, { TERM: 'dumb' });
    expect(await session.exit).toBe(1);
    expect(session.screen()).toContain('--on-conflict skip keeps yours');
  });
});
