import { mkdir, readdir, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { spawn } from 'node:child_process';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { bin, cleanEnv, runBuilt } from './support/cli/run.ts';
import { filesUnder, tempFolder } from './support/project/temp.ts';

const bare = ['--yes', '--no-install', '--no-git'];
// Windows has no such shell, and deletes no folder that somebody is in.
const isPosix = process.platform !== 'win32';

/** Runs a line of the shell in which `"$@"` is the tool. */
async function shell(
  line: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
) {
  const all = { ...(await cleanEnv()), ...env };
  const options = { cwd, env: all, extendEnv: false, reject: false, timeout: 60_000 } as const;
  return execa('sh', ['-c', line, process.execPath, bin, ...args], options);
}

describe('a Node', () => {
  it.each(['18.20.8', '20.18.3'])(
    'that is too old (%s) is said in one line, before anything is loaded',
    async (old) => {
      const folder = await tempFolder();
      const value = `{...process.versions,node:"${old}"}`;
      const pretended = `Object.defineProperty(process,"versions",{value:${value}})`;
      const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(pretended)}`;
      expect(await runBuilt(['bot', ...bare], folder, { NODE_OPTIONS })).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: `create-12-factor-agent needs Node 20.19 or newer; this is ${old}.`,
      });
      expect(await readdir(folder)).toEqual([]);
    },
  );
});

describe.skipIf(!isPosix)('a working folder', () => {
  it.each([[['bot', ...bare]], [['add', 'errors']], [['status']], [['list']]])(
    'that was deleted is said: %j',
    async (args) => {
      const { exitCode, stderr } = await shell(
        'mkdir gone && cd gone && rmdir ../gone; "$0" "$@"',
        args,
        await tempFolder(),
      );
      expect([exitCode, stderr.split('\n')]).toEqual([
        1,
        ['The current folder no longer exists.', 'Change to another folder, then run it again.'],
      ]);
    },
  );
});

describe.skipIf(!isPosix)('surroundings that lack', () => {
  it.each([
    ['a standard input', '"$0" "$@" <&-'],
    ['a standard output', '"$0" "$@" >&-'],
    ['any stream', '"$0" "$@" <&- >&- 2>&-'],
    ['a home', 'unset HOME; "$0" "$@"'],
    ['a folder for temporary files', 'TMPDIR=/nonexistent "$0" "$@"'],
    ['a PATH', 'PATH= "$0" "$@"'],
    ['a locale', 'LC_ALL=C "$0" "$@"'],
    ['whoever reads on', '"$0" "$@" | head -1'],
  ])('%s do not matter', async (_, line) => {
    const folder = await tempFolder();
    const { exitCode, stderr } = await shell(line, ['bot', ...bare], folder);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(await filesUnder(folder)).toContain('bot/src/agent/core/loop.ts');
  });

  it('a standard input ask nothing: they say what is missing', async () => {
    const folder = await tempFolder();
    const { exitCode, stderr } = await shell('"$0" "$@" <&-', [], folder);
    expect([exitCode, stderr.split('\n')]).toEqual([
      1,
      [expect.stringContaining('no terminal to ask in'), expect.stringContaining('--yes')],
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('an npm keep the files, exit 3, and say so', async () => {
    const [folder, path] = [await tempFolder(), join(await tempFolder(), 'bin')];
    await mkdir(path);
    await symlink(process.execPath, join(path, 'node'));
    const { exitCode, stdout, stderr } = await runBuilt(['bot', '--yes', '--no-git'], folder, {
      PATH: path,
    });
    expect([exitCode, stderr.split('\n')]).toEqual([
      3,
      ['npm could not install. All files are written; try again:', 'cd bot && npm install'],
    ]);
    expect(stdout).toContain('npm is not on the PATH.');
    expect(await filesUnder(folder)).toContain('bot/src/agent/core/loop.ts');
  });
});

describe('who started it', () => {
  it.each([
    ['', 'npx'],
    ['nonsense', 'npx'],
    ['__proto__/1', 'npx'],
    ['npm/../../x $(id)', 'npx'],
    ['pnpm', 'pnpm dlx'],
    ['yarn/', 'yarn dlx'],
    ['bun/1.2 npm/?', 'bunx'],
  ])('as %j is taken for %s', async (npm_config_user_agent, runs) => {
    const { exitCode, stdout } = await runBuilt(['bot', ...bare], await tempFolder(), {
      npm_config_user_agent,
    });
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringContaining(`To repeat: ${runs} create-12-factor-agent@latest bot`),
    ]);
  });
});

// Linux alone has a device that is always full.
it.runIf(process.platform === 'linux')(
  'an output that is full is said once; the project is whole',
  async () => {
    const folder = await tempFolder();
    const { exitCode, stderr } = await shell('"$0" "$@" >/dev/full', ['bot', ...bare], folder);
    expect([exitCode, stderr]).toEqual([
      1,
      'The output could not be written: ENOSPC: no space left on device, write.',
    ]);
    expect(await filesUnder(folder)).toContain('bot/.12-factor/lock.json');
  },
);

// Linux alone has a device that is always full.
describe.runIf(process.platform === 'linux')('an output that cannot be written', () => {
  it.each([
    [
      'is said where something still can be',
      '>/dev/full',
      expect.stringContaining('no space left'),
    ],
    ['ends it where nothing can', '>/dev/full 2>/dev/full', ''],
  ])('%s', async (_, redirected, said) => {
    const ended = await execa('sh', ['-c', `node "$0" list ${redirected}`, bin], {
      reject: false,
      timeout: 20_000,
    });
    expect([ended.exitCode, ended.stderr]).toEqual([1, said]);
  });
});

it('a signal at any moment leaves all or nothing', async () => {
  const folder = await tempFolder();
  const env = await cleanEnv();
  const outcomes = await Promise.all(
    Array.from({ length: 24 }, async (_, index) => {
      const cwd = join(folder, String(index));
      await mkdir(cwd);
      const child = spawn('node', [bin, 'bot', ...bare], { cwd, env, stdio: 'ignore' });
      setTimeout(() => child.kill('SIGINT'), index * 25);
      await new Promise((done) => child.on('exit', done));
      const made = await filesUnder(cwd);
      return {
        made: made.length,
        staging: (await readdir(cwd))
          .filter((name) => name !== 'bot')
          .map((name) => basename(name)),
      };
    }),
  );
  const whole = Math.max(...outcomes.map(({ made }) => made));
  expect(
    outcomes.filter(({ made, staging }) => (made !== 0 && made !== whole) || staging.length > 0),
  ).toEqual([]);
});
