import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { spawn as spawnInTerminal } from '@lydell/node-pty';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bin, cleanEnv, pathWithNpm, type Ran, runBuilt } from '../support/cli/run.ts';
import { home } from '../support/registry/package.ts';
import { ctrlC, enter, open } from '../support/cli/pseudo-terminal.ts';
import { repoOf } from '../support/project/installed-repo.ts';
import { filesUnder, tempFolder } from '../support/project/temp.ts';

const bare = ['--yes', '--no-install', '--no-git'];

/**
 * A registry of packages that takes every request and never answers; `asked` settles at the first.
 */
async function stallingRegistry(): Promise<{
  readonly url: string;
  readonly asked: Promise<unknown>;
}> {
  const server = createServer(() => undefined);
  const asked = once(server, 'request');
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe('a registry that does not answer', () => {
  it.each([
    ['shows that it waits', {}],
    ['shows it where nothing can be drawn, too', { TERM: 'dumb' }],
  ])('%s; Ctrl-C ends it, and the files stay', async (_, env) => {
    const [folder, registry] = [await tempFolder(), await stallingRegistry()];
    const session = await open(['bot', '--yes', '--no-git'], folder, 80, {
      ...env,
      npm_config_registry: registry.url,
    });
    await registry.asked;
    expect(session.screen()).toContain('Installing with npm');
    session.press(ctrlC);
    expect(await session.exit).toBe(130);
    // A terminal that nobody draws on shows the keys themselves.
    expect(session.screen().replace('^C', '').trimEnd().split('\n').slice(-2)).toEqual([
      'Cancelled while installing. All files are written; to install:',
      'cd bot && npm install',
    ]);
    expect(await filesUnder(folder)).toContain('bot/src/agent/core/loop.ts');
  });
});

/** Signals the tool, and nothing that it started, once what it started has made `bot/begun`. */
async function signalled(
  args: readonly string[],
  signal: NodeJS.Signals,
  cwd: string,
  env: Record<string, string>,
) {
  const child = spawn('node', [bin, ...args], { cwd, env });
  let stderr = '';
  child.stderr.on('data', (data) => (stderr += String(data)));
  while (!existsSync(join(cwd, 'bot/begun'))) await new Promise((done) => setTimeout(done, 20));
  child.kill(signal);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

describe.skipIf(process.platform === 'win32')(
  'a signal to the tool alone, during the install',
  () => {
    // As a version manager's shim, which starts the package manager and does not pass signals on.
    const shim = '{ sleep 20; echo > ended; } & echo > begun; wait';

    it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends it at once', async (signal) => {
      const folder = await tempFolder();
      const env = { ...(await cleanEnv()), PATH: await pathWithNpm(shim) };
      const { code, stderr } = await signalled(['bot', '--yes', '--no-git'], signal, folder, env);
      expect([code, stderr.trimEnd().split('\n')]).toEqual([
        130,
        ['Cancelled while installing. All files are written; to install:', 'cd bot && npm install'],
      ]);
      const files = await filesUnder(folder);
      expect([files.includes('bot/src/agent/core/loop.ts'), files.includes('bot/ended')]).toEqual([
        true,
        false,
      ]);
    });
  },
);

it.skipIf(process.platform === 'win32')(
  'a signal during the first commit leaves the files, and says so',
  async () => {
    const folder = await tempFolder();
    const git = join(folder, 'bin');
    await mkdir(git);
    await writeFile(join(git, 'git'), '#!/bin/sh\necho > begun; exec sleep 20\n', { mode: 0o755 });
    const env = { ...(await cleanEnv()), PATH: `${git}:${process.env.PATH}` };
    const { code, stderr } = await signalled(
      ['bot', '--yes', '--no-install'],
      'SIGTERM',
      folder,
      env,
    );
    expect([code, stderr.trimEnd().split('\n')]).toEqual([
      130,
      [
        'Cancelled. All files are written, but not committed.',
        'In bot: git init && git add --all && git commit',
      ],
    ]);
    expect(await filesUnder(folder)).toContain('bot/src/agent/core/loop.ts');
  },
);

describe('a project whose making was killed', () => {
  /** Killed at a change of its files, counted from 1. */
  async function killed(change: number): Promise<string> {
    const folder = await tempFolder();
    const hook = join(home, 'test/support/cli/fail-at-call.mjs');
    const ran = await runBuilt(['bot', ...bare], folder, {
      NODE_OPTIONS: `--import=${pathToFileURL(hook).href}`,
      FAULT_ROOT: join(folder, 'bot'),
      FAULTS: `${change}:kill-after`,
    });
    expect(ran.exitCode).toBe(-1);
    return folder;
  }

  it.each([1, 4, 30])(
    'while it was staged (change %i) is made by the same command again',
    async (change) => {
      const folder = await killed(change);
      expect(await runBuilt(['bot', ...bare], folder)).toMatchObject<Partial<Ran>>({
        exitCode: 0,
        stderr: '',
      });
      expect(await readFile(join(folder, 'bot/package.json'), 'utf8')).toContain('"bot"');
    },
  );

  it('is no obstacle to who is asked, either', async () => {
    const folder = await killed(30);
    const session = await open(['bot', '--no-install', '--no-git'], folder, 80);
    for (const question of ['Start from?', 'Which model?', 'Add now?']) {
      await session.until(question);
      session.press(enter);
    }
    expect(await session.exit).toBe(0);
    expect(await filesUnder(folder)).toContain('bot/src/agent/core/loop.ts');
  });
});

describe('columns:', () => {
  it('20 are enough to answer and to be told', async () => {
    const folder = await tempFolder();
    const session = await open(['--no-install'], folder, 20);
    for (const question of ['Project name?', 'Start from?', 'Which model?', 'Add now?']) {
      await session.until(question);
      session.press(enter);
    }
    expect(await session.exit).toBe(0);
    expect(await filesUnder(folder)).toContain('my-agent/src/agent/core/loop.ts');
    expect(session.screen()).toContain('Done.');
  });

  // What a terminal says that does not know how wide it is; only a shell can set it.
  it.skipIf(process.platform === 'win32')(
    '0 are no place for questions: it says what is missing',
    async () => {
      const folder = await tempFolder();
      const line = 'stty cols 0 rows 0; exec node "$0"';
      const child = spawnInTerminal('sh', ['-c', line, bin], {
        cwd: folder,
        env: await cleanEnv(),
      });
      let said = '';
      child.onData((data) => (said += data));
      const code = await new Promise((done) => child.onExit(({ exitCode }) => done(exitCode)));
      expect(code).toBe(1);
      expect(said).toMatch(
        /give the folder, --template and --model\.\r\nOr use the defaults: .*\r\n$/,
      );
      expect(await filesUnder(folder)).toEqual([]);
    },
  );
});

describe('installing', () => {
  it('is interrupted: the files are there, exit 130', async () => {
    const root = await repoOf();
    const env = { PATH: await pathWithNpm('kill -INT $PPID; exec sleep 20') };
    const { exitCode, stderr } = await runBuilt(['add', 'context'], root, env);
    expect([exitCode, stderr.split('\n')]).toEqual([
      130,
      ['Cancelled while installing. All files are written; to install:', 'npm install'],
    ]);
    expect(await runBuilt(['status'], root)).toMatchObject({ exitCode: 0, stderr: '' });
  });
});
