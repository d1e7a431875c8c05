import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { bin, cleanEnv, runBuilt } from '../support/cli/run.ts';
import { giveAway, runAsNobody } from '../support/cli/run-as-nobody.ts';
import { home } from '../support/registry/package.ts';
import { tempFolder } from '../support/project/temp.ts';

const bare = ['--yes', '--no-install', '--no-git'];
// Windows has other permissions, and links only for who may make them.
const isPosix = process.platform !== 'win32';

/** That a refusal is two lines and no more: what and where, then what to do. */
function expectTwoLines(stderr: string, said: RegExp, hint: RegExp): void {
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(said),
    expect.stringMatching(hint),
  ]);
}

describe.skipIf(!isPosix)('a target that permissions close', () => {
  it.each<[string, string, string, number, RegExp, RegExp]>([
    [
      'that is read-only',
      'bot',
      'bot',
      0o555,
      /^Cannot write .*bot: it is not writable\./,
      /^Make it writable/,
    ],
    [
      'below what is read-only',
      'p',
      'p/bot',
      0o555,
      /^Cannot write .*p\/bot: it is not writable\./,
      /^Make it writ/,
    ],
    [
      'that is unreadable',
      'bot',
      'bot',
      0,
      /^Cannot read .*bot: it is not readable\./,
      /^Make it readable/,
    ],
    [
      'below what is unreadable',
      'p',
      'p/bot',
      0,
      /^Cannot read .*bot: it is not readable\./,
      /^Make it readable/,
    ],
  ])('%s is refused', async (_, closed, dir, mode, said, hint) => {
    const folder = await tempFolder();
    await mkdir(join(folder, closed));
    await giveAway(folder);
    await chmod(join(folder, closed), mode);
    const { exitCode, stderr } = await runAsNobody([dir, ...bare], folder);
    await chmod(join(folder, closed), 0o755);
    expect(exitCode).toBe(1);
    expectTwoLines(stderr, said, hint);
    expect([await readdir(folder), await readdir(join(folder, closed))]).toEqual([[closed], []]);
  });
});

it.skipIf(!isPosix)('a folder of our own that is unreadable is named', async () => {
  const folder = await tempFolder();
  expect((await runBuilt(['.', ...bare], folder)).exitCode).toBe(0);
  await giveAway(folder);
  await chmod(join(folder, '.12-factor'), 0);
  const { exitCode, stderr } = await runAsNobody(['status'], folder);
  await chmod(join(folder, '.12-factor'), 0o755);
  expect(exitCode).toBe(1);
  expectTwoLines(stderr, /^Cannot read .*\.12-factor: it is not readable\.$/, /^Make it readable/);
});

describe.skipIf(!isPosix)('a target that is a link', () => {
  it('to an empty folder is written through, and stays a link', async () => {
    const [folder, real] = [await tempFolder(), await tempFolder()];
    await symlink(real, join(folder, 'bot'));
    expect((await runBuilt(['bot', ...bare], folder)).exitCode).toBe(0);
    expect(await readdir(real)).toContain('package.json');
    expect(
      (await readdir(folder, { withFileTypes: true })).map((entry) => entry.isSymbolicLink()),
    ).toEqual([true]);
  });

  it.each<[string, string, string, RegExp]>([
    ['to nothing', 'nowhere', 'bot', /bot is a broken link\.$/],
    ['to nothing, above it', 'nowhere', 'bot/deep/er', /bot is a broken link\.$/],
    ['to itself', 'bot', 'bot', /bot: its links form a loop\.$/],
    ['to a file', 'file', 'bot', /^bot is a file\.$/],
    ['to a file, above it', 'file', 'bot/deep', /bot is not a folder\.$/],
  ])('%s is refused', async (_, to, dir, said) => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'file'), 'mine');
    await symlink(to, join(folder, 'bot'));
    const { exitCode, stderr } = await runBuilt([dir, ...bare], folder);
    expect(exitCode).toBe(1);
    expectTwoLines(stderr, said, /another (folder|place)\.$/);
    expect(await readdir(folder)).toEqual(['bot', 'file']);
  });
});

describe('a target', () => {
  it('below a file is refused, and the file is named', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'file'), 'mine');
    const { exitCode, stderr } = await runBuilt(['file/deep/bot', ...bare], folder);
    expect(exitCode).toBe(1);
    expectTwoLines(
      stderr,
      /[\\/]file is not a folder\.$/,
      /^Move it away, or name another folder\.$/,
    );
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('that is the home folder is refused, as it is never empty', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, '.profile'), 'mine');
    const { exitCode, stderr } = await runBuilt(['.', ...bare], folder, { HOME: folder });
    expect(exitCode).toBe(1);
    expectTwoLines(stderr, /is not empty: it has \.profile\.$/, /^Choose another folder\./);
    expect(await readdir(folder)).toEqual(['.profile']);
  });

  it.runIf(isPosix)('that is the root of the disk is refused by its name', async () => {
    const { exitCode, stderr } = await runBuilt(['.', ...bare], '/');
    expect(exitCode).toBe(1);
    expectTwoLines(stderr, /^\/ is not empty: it has /, /^Choose another folder\./);
  });

  it('in which another run is active is refused for that', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'bot/.12-factor/tmp'), { recursive: true });
    const holder = { token: 'a'.repeat(16), pid: process.pid, host: hostname() };
    await writeFile(join(folder, 'bot/.12-factor/tmp/lock'), JSON.stringify(holder));
    const { exitCode, stderr } = await runBuilt(['bot', ...bare], folder);
    expect(exitCode).toBe(1);
    expectTwoLines(stderr, /^Another run .* is active here\.$/, /^Wait until it ends\./);
  });
});

/** How this machine lets us mount a disk of our own, or `undefined`. */
function mounter(): readonly string[] | undefined {
  if (process.platform !== 'linux') return undefined;
  const isAllowed = (way: readonly string[]) => {
    try {
      execFileSync('unshare', [...way, 'sh', '-c', 'mount -t tmpfs none /mnt'], {
        stdio: 'ignore',
      });
      return true;
    } catch {
      return false;
    }
  };
  return [['-m'], ['-m', '-r']].find(isAllowed);
}

describe('a disk', () => {
  const way = mounter();

  // Only where the system lets us mount one.
  it.skipIf(way === undefined).each([
    ['that is read-only', 'ro', 'bot', 'its disk is read-only'],
    ['that is read-only, folders deep', 'ro', 'a/b/bot', 'its disk is read-only'],
    ['that is too small', 'size=64k', 'bot', 'the disk is full'],
    ['that has no names left', 'nr_inodes=8', 'bot', 'the disk is full'],
  ])('%s is named, and nothing is left', async (_, option, dir, why) => {
    const folder = await tempFolder();
    const script =
      `mount -t tmpfs -o ${option} none "$0" && cd "$0" ` +
      `&& node "$@"; code=$?; ls -A "$0"; exit $code`;
    const args = [...(way ?? []), 'sh', '-c', script, folder, bin, dir, ...bare];
    const ended = await execa('unshare', args, {
      cwd: folder,
      env: await cleanEnv(),
      reject: false,
    });
    const [, ...left] = ended.stdout.split('\n');
    expect([ended.exitCode, left]).toEqual([1, []]);
    expectTwoLines(
      ended.stderr,
      new RegExp(`^Cannot write .*/${dir}: ${why}\\. Nothing was written\\.$`),
      /\.$/,
    );
  });

  it.each([1, 5, 40])('that is full at change %i is named, and nothing is left', async (change) => {
    const folder = await tempFolder();
    const hook = join(home, 'test/support/cli/fail-at-call.mjs');
    const { exitCode, stderr } = await runBuilt(['bot', ...bare], folder, {
      NODE_OPTIONS: `--import=${pathToFileURL(hook).href}`,
      FAULT_ROOT: join(folder, 'bot'),
      // That one alone: a full disk can still remove.
      FAULTS: `${change}:ENOSPC`,
    });
    expect(exitCode).toBe(1);
    expectTwoLines(
      stderr,
      /^Cannot write .*: the disk is full\. Nothing was written\.$/,
      /^Free some space/,
    );
    expect(await readdir(folder)).toEqual([]);
  });
});
