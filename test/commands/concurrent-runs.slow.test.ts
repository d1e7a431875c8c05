import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bin, type Ran, runBuilt } from '../support/cli/run.ts';
import { home } from '../support/registry/package.ts';
import { differing, snapshot } from '../support/project/repos.ts';
import { add, appended, lock, openShop, repoOf } from '../support/project/installed-repo.ts';
import { filesUnder, tempFolder } from '../support/project/temp.ts';

const { installedRepo, update } = openShop();

/**
 * The results of a run that was interrupted, and of the command that ran then. `calls` is 0 if the
 * run was killed.
 */
type Interrupted = Ran & {
  readonly root: string;
  readonly calls: number;
  readonly other: { readonly status: number; readonly stderr: string } | undefined;
};

/**
 * Runs a command in a copy of a repo. At the n-th call of the file system it is interrupted, or
 * another command runs.
 */
async function interrupted(
  from: string,
  args: readonly string[],
  at: number,
  others: readonly string[] = [],
): Promise<Interrupted> {
  const folder = await tempFolder();
  const [root, report] = [join(folder, 'repo'), join(folder, 'calls')];
  await cp(from, root, { recursive: true });
  const hook = join(home, 'test/support/cli/interrupt-at-call.mjs');
  const ran = await runBuilt(args, root, {
    NODE_OPTIONS: `--import=${pathToFileURL(hook).href}`,
    INTERRUPT_AT: String(at),
    INTERRUPT_REPORT: report,
    ...(others.length === 0 ? {} : { INTERRUPT_WITH: JSON.stringify(others) }),
  });
  const read = (path: string) => readFile(path, 'utf8').catch(() => undefined);
  const [calls, other] = await Promise.all([read(report), read(`${report}.ran`)]);
  return {
    ...ran,
    root,
    calls: Number(calls ?? 0),
    other: other === undefined ? other : JSON.parse(other),
  };
}

/** Returns the numbers of calls that are spread evenly over a run. */
const moments = (calls: number, count: number) =>
  Array.from({ length: count }, (_, n) => 1 + Math.floor((n * calls) / count));

describe('Ctrl-C', () => {
  it.each<[string, readonly string[]]>([
    ['add', add('context', 'store')],
    ['update', update()],
    ['remove', ['remove', 'errors']],
    ['undo', ['undo']],
  ])('at any moment of %s leaves the old tree or the new one', async (_, args) => {
    const from = await installedRepo(appended('src/index.ts'));
    const old = await snapshot(from);
    const whole = await interrupted(from, args, 0);
    expect([whole.exitCode, whole.stderr]).toEqual([0, '']);
    const all = await snapshot(whole.root);
    for (const at of moments(whole.calls, 12)) {
      const { exitCode, stderr, root } = await interrupted(from, args, at);
      const tree = await snapshot(root);
      const isOld = differing(tree, old).length === 0;
      expect([at, isOld || differing(tree, all).length === 0]).toEqual([at, true]);
      // Before it listens, a signal ends it as any process.
      const isUnheard = exitCode === -1 && stderr === '';
      const isCancelled = exitCode === 130 && stderr === 'Cancelled: nothing was written.';
      expect([at, isOld ? isUnheard || isCancelled : [0, 130].includes(exitCode)]).toEqual([
        at,
        true,
      ]);
      const locks = (await readdir(join(root, '.12-factor/tmp'))).filter((name) =>
        name.startsWith('lock'),
      );
      expect([at, isUnheard || locks.length === 0]).toEqual([at, true]);
    }
  });
});

describe('two at once', () => {
  type Installed = {
    readonly components: readonly { readonly name: string; readonly you: string }[];
  };

  /** The lock says what is there, and all of it is as it was copied. */
  async function expectWhole(root: string, won: readonly string[]): Promise<void> {
    const { stdout } = await runBuilt(['status', '--json'], root);
    const { components } = JSON.parse(stdout) as Installed;
    expect(components.filter(({ you }) => you !== 'as it was')).toEqual([]);
    expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining([...won]));
    const { files } = JSON.parse(await readFile(join(root, lock), 'utf8')) as { files: object };
    const there = (await filesUnder(root)).filter((path) => path.startsWith('src/agent/'));
    expect(there).toEqual(Object.keys(files).toSorted());
  }

  const isSaid = (stderr: string) => /is active here|changed meanwhile/.test(stderr);

  it('never mix', async () => {
    const root = await repoOf();
    const names = ['context', 'store', 'errors'];
    const ended = await Promise.all(names.map((name) => runBuilt(add(name), root)));
    const won = names.filter((_, index) => ended[index]?.exitCode === 0);
    expect(won).not.toEqual([]);
    expect(
      ended.filter(({ exitCode, stderr }) => exitCode !== 0 && !(exitCode === 1 && isSaid(stderr))),
    ).toEqual([]);
    await expectWhole(root, won);
  });

  it('add while another one adds, at any moment', async () => {
    const from = await repoOf();
    const { calls } = await interrupted(from, add('context'), 0);
    for (const at of moments(calls, 16)) {
      const { root, exitCode, stderr, other } = await interrupted(from, add('context'), at, [
        'node',
        bin,
        ...add('errors'),
      ]);
      const won = [
        ...(exitCode === 0 ? ['context'] : []),
        ...(other?.status === 0 ? ['errors'] : []),
      ];
      expect([at, exitCode === 0 || isSaid(stderr)]).toEqual([at, true]);
      expect([at, other?.status === 0 || isSaid(other?.stderr ?? '')]).toEqual([at, true]);
      expect([at, won]).not.toEqual([at, []]);
      await expectWhole(root, won);
    }
  });
});
