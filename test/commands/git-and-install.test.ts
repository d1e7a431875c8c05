import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { pathWithNpm, run } from '../support/cli/run.ts';
import { filesUnder, tempFolder } from '../support/project/temp.ts';

const exec = promisify(execFile);
const git = async (cwd: string, ...args: string[]) =>
  (await exec('git', args, { cwd })).stdout.trim();

describe('git', () => {
  it('gets a repository with one commit of everything', async () => {
    const folder = await tempFolder();
    const { stdout } = await run(['bot', '--yes', '--no-install'], folder);
    expect(stdout).toContain('Git repository, one commit');
    const bot = join(folder, 'bot');
    expect(await git(bot, 'rev-list', '--count', 'HEAD')).toBe('1');
    expect(await git(bot, 'status', '--porcelain')).toBe('');
    expect(await git(bot, 'ls-files', '.12-factor/lock.json')).not.toBe('');
  });

  it('around the project is enough: no repository in a repository, nothing committed', async () => {
    const folder = await tempFolder();
    await git(folder, 'init', '--quiet');
    const { stdout } = await run(['apps/bot', '--yes', '--no-install'], folder);
    expect(stdout).not.toContain('Git repository');
    expect(await git(folder, 'status', '--porcelain')).toBe('?? apps/');
  });

  it('that does not know who commits keeps the repository, and says so', async () => {
    const folder = await tempFolder();
    const config = join(folder, 'gitconfig');
    await writeFile(config, '[user]\n\tuseConfigOnly = true\n');
    const { exitCode, stdout } = await run(['bot', '--yes', '--no-install'], folder, {
      GIT_CONFIG_GLOBAL: config,
    });
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringContaining('Git repository without a commit'),
    ]);
    expect(await git(join(folder, 'bot'), 'rev-parse', '--is-inside-work-tree')).toBe('true');
  });

  it('of another repository, which a hook points to, is not touched', async () => {
    const folder = await tempFolder();
    const other = join(await tempFolder(), 'other');
    await exec('git', ['init', '--quiet', other]);
    const env = {
      GIT_DIR: join(other, '.git'),
      GIT_INDEX_FILE: join(other, '.git/index'),
      GIT_WORK_TREE: other,
    };
    await run(['bot', '--yes', '--no-install'], folder, env);
    expect(await git(join(folder, 'bot'), 'status', '--porcelain')).toBe('');
    await expect(git(other, 'rev-parse', 'HEAD')).rejects.toThrow();
  });

  it('that signs and has hooks commits all the same', async () => {
    const folder = await tempFolder();
    const config = join(folder, 'gitconfig');
    await mkdir(join(folder, 'hooks'));
    await writeFile(join(folder, 'hooks/pre-commit'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const user = '[user]\n\tname = Ada\n\temail = ada@example.org\n';
    await writeFile(
      config,
      `${user}[commit]\n\tgpgSign = true\n[gpg]\n` +
        `\tprogram = false\n[core]\n\thooksPath = ${folder}/hooks\n`,
    );
    const { stdout } = await run(['bot', '--yes', '--no-install'], folder, {
      GIT_CONFIG_GLOBAL: config,
    });
    expect(stdout).toContain('Git repository, one commit');
  });

  it('that is not there is said', async () => {
    const folder = await tempFolder();
    const nodeAlone = join(await tempFolder(), 'bin');
    await mkdir(nodeAlone);
    await exec('ln', ['-s', process.execPath, join(nodeAlone, 'node')]);
    const { exitCode, stdout } = await run(['bot', '--yes', '--no-install'], folder, {
      PATH: nodeAlone,
    });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('git is not installed')]);
  });
});

describe('installing', () => {
  it('that fails keeps the files, exits 3, and ends in the command to run', async () => {
    const folder = await tempFolder();
    const env = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' };
    const { exitCode, stdout, stderr } = await run(['bot', '--yes'], folder, env);
    expect(exitCode).toBe(3);
    expect(stderr.split('\n').at(-1)).toBe('cd bot && npm install');
    expect(stdout).toContain('ECONNREFUSED');
    expect(await filesUnder(folder)).toContain('bot/src/agent/core/loop.ts');
    expect(await git(join(folder, 'bot'), 'rev-list', '--count', 'HEAD')).toBe('1');
  });

  it('that fails is a document too', async () => {
    const env = { PATH: await pathWithNpm('echo broken; exit 1') };
    const { exitCode, stdout, stderr } = await run(
      ['bot', '--yes', '--json'],
      await tempFolder(),
      env,
    );
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'install-failed', hint: 'cd bot && npm install' },
    });
    expect(stderr).toContain('broken');
  });

  it('that goes well keeps what the package manager prints to itself', async () => {
    const { exitCode, stdout } = await run(['bot', '--yes'], await tempFolder(), {
      PATH: await pathWithNpm('echo noise'),
    });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Installed with npm')]);
    expect(stdout).not.toContain('noise');
  });
});

describe('a workspace', () => {
  const started = async (globs: readonly string[], dir: string) => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'package.json'), JSON.stringify({ workspaces: globs }));
    const ran = await run([dir, '--yes', '--no-git'], folder, {
      PATH: await pathWithNpm(`pwd > ${folder}/installed-in`),
    });
    return {
      ...ran,
      folder,
      installedIn: (await readFile(join(folder, 'installed-in'), 'utf8')).trim(),
    };
  };

  it('that takes the project in installs from its root', async () => {
    const { exitCode, stdout, folder, installedIn } = await started(['apps/*'], 'apps/bot');
    expect([exitCode, installedIn]).toEqual([0, folder]);
    expect(stdout).not.toContain('does not include');
  });

  it('that does not is warned of, and the project installs alone', async () => {
    const { stdout, folder, installedIn } = await started(['packages/*'], 'apps/bot');
    expect(installedIn).toBe(join(folder, 'apps/bot'));
    expect(stdout).toContain('does not include apps/bot');
  });
});
