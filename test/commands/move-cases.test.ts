import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lf } from '../../src/pipeline/text/line-endings.ts';
import { leaveWork, run, succeed } from '../support/cli/run.ts';
import { repoOf } from '../support/project/installed-repo.ts';
import { commit, differing, type Files, git, snapshot } from '../support/project/repos.ts';
import { type SmallComponent, writeSmallRegistry } from '../support/registry/small-registry.ts';

type Components = Readonly<Record<string, SmallComponent>>;
type Lock = {
  readonly files: Readonly<Record<string, { readonly owner: string; readonly declined?: true }>>;
  readonly components: Readonly<Record<string, { readonly requestedBy: string }>>;
};

const loop = "import { oneLine } from './errors.ts';\n\nexport const loop = () => oneLine(1);\n";
const errors =
  'export const oneLine = (n: number) => {\n  return `${n}`;\n};\n\nexport const end = 1;\n';
const first: Components = {
  errors: { files: { 'errors.ts': errors } },
  loop: { files: { 'loop.ts': loop }, requires: ['errors'] },
};
const moved: Components = {
  errors: { files: { 'core/errors.ts': errors }, renamed: { 'core/errors.ts': 'errors.ts' } },
  loop: {
    files: { 'loop.ts': loop.replace('./errors.ts', './core/errors.ts') },
    requires: ['errors'],
  },
};
const [old, next] = ['src/agent/errors.ts', 'src/agent/core/errors.ts'];

const read = (root: string, path: string) => readFile(join(root, path), 'utf8');
const exists = (root: string, path: string) =>
  stat(join(root, path)).then(
    () => true,
    () => false,
  );
const lockOf = async (root: string) => JSON.parse(await read(root, '.12-factor/lock.json')) as Lock;
const edit = async (root: string, path: string, change: (text: string) => string) =>
  writeFile(join(root, path), change(await read(root, path)));
const update = ['update', '--no-install'];

/** Changes the registry of a repo to another version. */
async function release(root: string, components: Components): Promise<void> {
  await rm(join(root, '../reg'), { recursive: true, force: true });
  await writeSmallRegistry(join(root, '../reg'), components);
}

/** A repo with components of a registry beside it. `harm` changes it before the next version. */
async function repo(
  next: Components = moved,
  {
    files = {},
    names = ['loop'],
    from = first,
    harm = async () => undefined,
  }: {
    files?: Files;
    names?: readonly string[];
    from?: Components;
    harm?: (root: string) => Promise<unknown>;
  } = {},
): Promise<string> {
  const root = await repoOf(files);
  await release(root, from);
  await succeed(root, 'add', ...names, '--no-install', '--registry', '../reg');
  await harm(root);
  await commit(root, 'add');
  await release(root, next);
  return root;
}

/** Expects that two undos lead back and forth, byte for byte. */
async function expectUndo(root: string, before: Awaited<ReturnType<typeof snapshot>>) {
  const after = await snapshot(root);
  expect((await run(['undo'], root)).exitCode).toBe(0);
  expect(differing(await snapshot(root), before)).toEqual([]);
  expect((await run(['undo'], root)).exitCode).toBe(0);
  expect(differing(await snapshot(root), after)).toEqual([]);
}

describe('a moved file', () => {
  it('that the user edited has the edit at its new path, and the imports follow', async () => {
    const root = await repo(moved, {
      harm: (at) => edit(at, old, (text) => text.replace('const end = 1', 'const end = 2')),
    });
    const before = await snapshot(root);
    const out = await succeed(root, ...update);
    expect(out).toContain(`move  ${old} → ${next}`);
    expect(out).toContain('your edits are kept');
    expect(await read(root, next)).toBe(errors.replace('const end = 1', 'const end = 2'));
    expect(await read(root, 'src/agent/loop.ts')).toContain("'./core/errors.js'");
    expect(await exists(root, old)).toBe(false);
    expect(Object.keys((await lockOf(root)).files)).toEqual([next, 'src/agent/loop.ts']);
    await expectUndo(root, before);
    expect(await succeed(root, ...update)).toContain('Everything is up to date.');
  });

  it('is merged if upstream changed it too', async () => {
    const changed = {
      ...moved,
      errors: { ...moved['errors'], files: { 'core/errors.ts': errors.replace('${n}', '${n}!') } },
    };
    const root = await repo(changed, {
      harm: (at) => edit(at, old, (text) => text.replace('const end = 1', 'const end = 2')),
    });
    expect(await succeed(root, ...update)).toMatch(
      /merge +src\/agent\/errors\.ts → src\/agent\/core\/errors\.ts +\+1 -1 lines; your edits are kept/,
    );
    const text = await read(root, next);
    expect([text.includes('${n}!'), text.includes('end = 2')]).toEqual([true, true]);
  });

  it('that the user deleted stays deleted', async () => {
    const root = await repo(moved, { harm: (at) => rm(join(at, old)) });
    await succeed(root, ...update);
    expect([await exists(root, old), await exists(root, next)]).toEqual([false, false]);
    expect(Object.keys((await lockOf(root)).files)).toContain(next);
    expect(await succeed(root, ...update)).toContain('Everything is up to date.');
  });

  it('keeps its permissions', async () => {
    const root = await repo(moved, { harm: (at) => chmod(join(at, old), 0o751) });
    await succeed(root, ...update);
    expect((await stat(join(root, next))).mode & 0o777).toBe(0o751);
  });

  it('keeps its line endings and its byte order mark', async () => {
    const root = await repo(moved, {
      harm: (at) =>
        edit(at, 'src/agent/loop.ts', (text) => `\uFEFF${text.replaceAll('\n', '\r\n')}`),
    });
    await succeed(root, ...update);
    expect(await read(root, 'src/agent/loop.ts')).toBe(
      `\uFEFF${loop.replace('./errors.ts', './core/errors.js').replaceAll('\n', '\r\n')}`,
    );
  });

  it.each<[string, (root: string) => Promise<unknown>]>([
    ['a link', (root) => symlink('../index.ts', join(root, old))],
    ['a folder', (root) => mkdir(join(root, old))],
    ['no text', (root) => writeFile(join(root, old), Buffer.from([0, 1]))],
  ])('in whose place is %s is for a person to move', async (_, put) => {
    const root = await repo(moved, {
      harm: async (at) => {
        await rm(join(at, old));
        await put(at);
      },
    });
    const before = await snapshot(root);
    for (const flags of [[], ['--on-conflict', 'overwrite']]) {
      const { exitCode, stderr } = await run([...update, ...flags], root);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`${old} has to move here`)]);
    }
    expect(differing(await snapshot(root), before)).toEqual([]);
  });

  it.each<[string, boolean, string | RegExp]>([
    ['skip', false, 'mine\n'],
    ['overwrite', false, errors],
    ['markers', false, /^<{7} yours\nmine\n={7}\n[^]*oneLine[^]*>{7} upstream\n$/],
    ['skip', true, 'mine\n'],
  ])('does not overwrite a file at its new path (%s)', async (choice, isEdited, expected) => {
    const root = await repo(moved, {
      files: { [next]: 'mine\n' },
      harm: async (at) => (isEdited ? edit(at, old, (text) => `${text}// mine\n`) : undefined),
    });
    const before = await snapshot(root);
    const refused = await run(update, root);
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      expect.stringContaining(`${next} (your own file is already there)`),
    ]);
    expect(differing(await snapshot(root), before)).toEqual([]);
    await run([...update, '--on-conflict', choice], root);
    expect(await read(root, next)).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    );
    // An edited file is the user's from then on.
    expect(await exists(root, old)).toBe(isEdited);
    await expectUndo(root, before);
  });

  it('that is in conflict can be kept, overwritten or marked at its new path', async () => {
    const text = errors.replace('const end = 1', 'const end = 3');
    const changed = { ...moved, errors: { ...moved['errors'], files: { 'core/errors.ts': text } } };
    const mine = errors.replace('const end = 1', 'const end = 2');
    for (const [choice, expected] of [
      ['skip', mine],
      ['overwrite', text],
      ['markers', expect.stringMatching(/<{7}[^]*end = 2[^]*end = 3[^]*>{7}/) as unknown],
    ] as const) {
      const root = await repo(changed, { harm: (at) => writeFile(join(at, old), mine) });
      const before = await snapshot(root);
      expect((await run(update, root)).stderr).toContain(`in conflict: ${old} → ${next} (`);
      expect(differing(await snapshot(root), before)).toEqual([]);
      await run([...update, '--on-conflict', choice], root);
      expect([await read(root, next), await exists(root, old)]).toEqual([expected, false]);
      await expectUndo(root, before);
    }
  });

  it('takes its conflict markers along', async () => {
    const root = await repo(
      { ...first, errors: { files: { 'errors.ts': errors.replace('end = 1', 'end = 3') } } },
      { harm: (at) => edit(at, old, (text) => text.replace('end = 1', 'end = 2')) },
    );
    expect((await run([...update, '--on-conflict', 'markers'], root)).exitCode).toBe(2);
    const text = await read(root, old);
    await release(root, {
      ...moved,
      errors: {
        ...moved['errors'],
        files: { 'core/errors.ts': errors.replace('end = 1', 'end = 4') },
      },
    });
    const { exitCode, stdout } = await run(update, root);
    expect([exitCode, stdout]).toEqual([
      2,
      expect.stringContaining('still has the conflict markers'),
    ]);
    expect(await read(root, next)).toBe(text);
    await edit(root, next, () => errors.replace('end = 1', 'end = 2'));
    expect((await run(update, root)).stderr).toContain('both changed the same lines');
  });

  it('that the user declined takes the user’s file along', async () => {
    const root = await repoOf({ [old]: 'export const oneLine = String;\n' });
    await release(root, first);
    const registry = ['--registry', '../reg'];
    await leaveWork(root, 'add', 'loop', '--no-install', ...registry, '--on-conflict', 'skip');
    await release(root, moved);
    await succeed(root, ...update);
    expect(await read(root, next)).toBe('export const oneLine = String;\n');
    expect((await lockOf(root)).files[next]).toMatchObject({ declined: true });
    expect(await exists(root, old)).toBe(false);
  });

  it('without its base copy moves if it is unedited, and else is a conflict', async () => {
    const lost = async (root: string) => {
      await rm(join(root, '.12-factor/base'), { recursive: true });
    };
    const root = await repo(moved, { harm: lost });
    await succeed(root, ...update);
    expect(await read(root, next)).toBe(errors);
    const other = await repo(moved, {
      harm: async (at) => {
        await lost(at);
        await edit(at, old, (text) => `${text}// mine\n`);
      },
    });
    expect((await run(update, other)).stderr).toContain(`${next} (its base copy is missing`);
    expect(await exists(other, old)).toBe(true);
  });

  it('arrives at the end of a chain from every version', async () => {
    const last: Components = {
      errors: {
        files: { 'base/errors.ts': errors },
        renamed: { 'core/errors.ts': 'errors.ts', 'base/errors.ts': 'core/errors.ts' },
      },
      loop: {
        files: { 'loop.ts': loop.replace('./errors.ts', './base/errors.ts') },
        requires: ['errors'],
      },
    };
    for (const from of [first, moved]) {
      const path = from === first ? old : next;
      const root = await repo(last, {
        from,
        harm: (at) => edit(at, path, (text) => `${text}// mine\n`),
      });
      await succeed(root, ...update);
      expect(await read(root, 'src/agent/base/errors.ts')).toBe(`${errors}// mine\n`);
      expect([await exists(root, old), await exists(root, next)]).toEqual([false, false]);
      expect(await read(root, 'src/agent/loop.ts')).toContain("'./base/errors.js'");
    }
  });

  it('may become a seed, or stop being one', async () => {
    const seed: Components = { policy: { seeds: { 'policy.ts': 'export const policy = 1;\n' } } };
    const movedSeed: Components = {
      policy: {
        seeds: { 'own/policy.ts': "import '../x.ts';\nexport const policy = 2;\n" },
        renamed: { 'own/policy.ts': 'policy.ts' },
      },
    };
    const root = await repo(movedSeed, {
      from: seed,
      names: ['policy'],
      harm: (at) => writeFile(join(at, 'src/agent/policy.ts'), "import './mine.js';\n"),
    });
    await succeed(root, ...update);
    expect(await read(root, 'src/agent/own/policy.ts')).toBe("import '../mine.js';\n");
    expect(await exists(root, 'src/agent/policy.ts')).toBe(false);
    expect(await succeed(root, ...update)).toContain('Everything is up to date.');
  });
});

describe('files of the user', () => {
  const files = {
    'src/index.ts':
      "import { loop } from './agent/loop.ts';\r\n" +
      'export { end } from "./agent/errors"\r\n// \'./agent/errors.ts\'\r\n',
    'test/a.test.ts':
      "\uFEFFvi.mock('../src/agent/errors.js');\nconst a = await import('../src/agent/errors.js');",
    'src/other.ts': "import './agent/errors2.ts';\nconst s = \"import './agent/errors.ts'\";\n",
    'src/App.vue': "<script>import { end } from './agent/errors.ts'</script>\n",
    'src/alias.ts': "import { end } from '@/agent/errors';\n",
  };
  const settings = {
    'tsconfig.json': {
      compilerOptions: {
        module: 'preserve',
        target: 'es2023',
        strict: true,
        noEmit: true,
        types: ['node'],
        paths: { '@/*': ['./src/*'] },
      },
      include: ['src'],
    },
  };
  const packageJson = {
    'package.json': {
      name: 'shop',
      private: true,
      type: 'module',
      dependencies: { zod: '^4.6.0' },
      scripts: { mine: `tsx ${old}` },
    },
  };

  it('import the new path, and only that changes', async () => {
    const root = await repo(moved, { files: { ...files, ...settings, ...packageJson } });
    const before = await snapshot(root);
    const out = await succeed(root, ...update);
    expect(await read(root, 'src/index.ts')).toBe(
      files['src/index.ts'].replace('"./agent/errors"', '"./agent/core/errors"'),
    );
    expect(await read(root, 'test/a.test.ts')).toBe(
      files['test/a.test.ts'].replaceAll('agent/errors', 'agent/core/errors'),
    );
    expect(await read(root, 'src/alias.ts')).toBe("import { end } from '@/agent/core/errors';\n");
    expect(await read(root, 'src/other.ts')).toBe(files['src/other.ts']);
    expect(await read(root, 'src/App.vue')).toBe(files['src/App.vue']);
    expect(out).toMatch(/edit +src\/index\.ts +its imports follow/);
    expect(out).toContain(`src/App.vue still names ${old}: change it by hand.`);
    expect(out).toContain(`package.json still names ${old}: change it by hand.`);
    await expectUndo(root, before);
  });

  it('and the moves are listed by a dry run, which writes nothing', async () => {
    const root = await repo(moved, { files });
    const before = await snapshot(root);
    const out = await succeed(root, ...update, '--dry-run');
    expect(out).toContain(`${old} → ${next}`);
    expect(out).toMatch(/edit +src\/index\.ts +its imports follow/);
    const json = JSON.parse(await succeed(root, ...update, '--dry-run', '--json')) as {
      changes: object[];
    };
    expect(json.changes).toEqual(
      expect.arrayContaining([
        { path: next, from: [old], kind: 'move', role: 'source', component: 'errors' },
        { path: 'src/index.ts', kind: 'follow', role: 'user', why: 'its imports follow' },
      ]),
    );
    expect(json.changes).not.toContainEqual(expect.objectContaining({ path: old }));
    expect(differing(await snapshot(root), before)).toEqual([]);
  });

  it('and the moves are in status and diff, as update would make them', async () => {
    const harm = (at: string) => edit(at, old, (text) => `${text}// mine\n`);
    const root = await repo(moved, { files: { 'src/index.ts': lf(files['src/index.ts']) }, harm });
    const out = await succeed(root, 'status');
    expect(out).toMatch(/errors +edited +newer/);
    expect(out).toContain(`moves ${old} → ${next}`);
    expect((await run(['status', '--check'], root)).exitCode).toBe(1);
    const json = JSON.parse(await succeed(root, 'diff', '--json')) as {
      files: { path: string; from?: string[]; yours: string }[];
    };
    expect(json.files).toContainEqual(
      expect.objectContaining({
        path: next,
        from: [old],
        yours: expect.stringContaining('+// mine'),
      }),
    );
    const patch = await succeed(root, 'diff');
    await succeed(root, ...update);
    const updated = await snapshot(root);
    await succeed(root, 'undo');
    await writeFile(join(root, '../patch'), `${patch}\n`);
    await git(root, 'apply', '--allow-empty', '../patch');
    const own = (path: string) => path.startsWith('.12-factor');
    expect(differing(await snapshot(root), updated).filter((path) => !own(path))).toEqual([]);
  });

  it('are checked by doctor where they are', async () => {
    const root = await repo(moved, { harm: (at) => edit(at, old, (text) => `${text}// mine\n`) });
    const { stdout } = await run(['doctor'], root);
    expect(stdout).toContain('update has what it needs (2 files); 1 edited by you');
  });
});

describe('files that are folded', () => {
  const human =
    "import { end } from './errors.ts';\nimport { amend } from './amend.ts';\n\n" +
    'export const human = () => amend(end);\n\nexport const one = 1;\n';
  const amend =
    "import { end } from './errors.ts';\n\n" +
    'export const amend = (n: number) => n + end;\n\nexport const two = 2;\n';
  const folded =
    "import { end } from './errors.ts';\n\nexport const human = () => amend(end);\n\n" +
    'export const one = 1;\n\n' +
    'export const amend = (n: number) => n + end;\n\nexport const two = 2;\n';
  const parts: Components = {
    errors: { files: { 'errors.ts': errors } },
    human: { files: { 'human.ts': human, 'amend.ts': amend }, requires: ['errors'] },
  };
  const whole = (text = folded): Components => ({
    errors: { files: { 'errors.ts': errors } },
    human: {
      files: { 'people.ts': text },
      requires: ['errors'],
      renamed: { 'people.ts': ['human.ts', 'amend.ts'] },
    },
  });
  const [humanPath, amendPath, people] = ['human', 'amend', 'people'].map(
    (name) => `src/agent/${name}.ts`,
  ) as [string, string, string];
  const js = (text: string) => text.replaceAll("'./errors.ts'", "'./errors.js'");
  const files = {
    'src/index.ts':
      "import { human } from './agent/human.ts';\nimport { amend } from './agent/amend.ts';\n",
  };
  const make = (text: string | undefined, harm?: (root: string) => Promise<unknown>) =>
    repo(whole(text), { from: parts, names: ['human'], files, ...(harm && { harm }) });

  it('become upstream’s if the user edited none', async () => {
    const text = folded.replace('one = 1', 'one = 10').replace('two = 2', 'two = 20');
    const root = await make(text);
    const before = await snapshot(root);
    const out = await succeed(root, ...update);
    expect(out).toContain(`${humanPath}, ${amendPath} → ${people}`);
    expect(await read(root, people)).toBe(js(text));
    expect([await exists(root, humanPath), await exists(root, amendPath)]).toEqual([false, false]);
    expect(Object.keys((await lockOf(root)).files)).toEqual([old, people]);
    expect(await read(root, 'src/index.ts')).toBe(
      "import { human } from './agent/people.ts';\nimport { amend } from './agent/people.ts';\n",
    );
    await expectUndo(root, before);
    expect(await succeed(root, ...update)).toContain('Everything is up to date.');
  });

  it.each<[string, string, string]>([
    ['the first', humanPath, 'one = 1'],
    ['the second', amendPath, 'two = 2'],
  ])('keep an edit of %s', async (_, path, part) => {
    const text = folded.replace('amend(end)', 'amend(end + 1)');
    const root = await make(text, (at) =>
      edit(at, path, (mine) => mine.replace(part, `${part}00`)),
    );
    const before = await snapshot(root);
    expect(await succeed(root, ...update)).toMatch(/merge +src\/agent\/human\.ts, /);
    expect(await read(root, people)).toBe(js(text).replace(part, `${part}00`));
    await expectUndo(root, before);
  });

  it('keep edits of both', async () => {
    const root = await make(undefined, async (at) => {
      await edit(at, humanPath, (text) => text.replace('one = 1', 'one = 100'));
      await edit(at, amendPath, (text) => text.replace('two = 2', 'two = 200'));
    });
    expect(await succeed(root, ...update)).toContain('your edits are kept');
    expect(await read(root, people)).toBe(
      js(folded).replace('one = 1', 'one = 100').replace('two = 2', 'two = 200'),
    );
  });

  it('show both texts if upstream changed the same lines', async () => {
    const root = await make(folded.replace('two = 2', 'two = 20'), (at) =>
      edit(at, amendPath, (text) => text.replace('two = 2', 'two = 200')),
    );
    expect((await run(update, root)).stderr).toContain(
      `in conflict: ${humanPath}, ${amendPath} → ${people} (`,
    );
    const { exitCode } = await run([...update, '--on-conflict', 'markers'], root);
    expect(exitCode).toBe(2);
    expect(await read(root, people)).toMatch(
      /one = 1;[^]*<{7} yours[^]*two = 200;[^]*two = 20;\n>{7}/,
    );
  });

  it('leave out the part of a file that the user deleted', async () => {
    const text = folded.replace('amend(end)', 'amend(end, 3)');
    const root = await make(text, (at) => rm(join(at, amendPath)));
    await succeed(root, ...update);
    const written = await read(root, people);
    expect([written.includes('amend(end, 3)'), written.includes('two')]).toEqual([true, false]);
  });

  it('stay deleted if the user deleted all', async () => {
    const root = await make(undefined, async (at) => {
      await rm(join(at, humanPath));
      await rm(join(at, amendPath));
    });
    await succeed(root, ...update);
    expect(await exists(root, people)).toBe(false);
    expect(Object.keys((await lockOf(root)).files)).toContain(people);
  });

  it('without a base copy are a conflict that keeps both', async () => {
    const root = await make(folded.replace('one = 1', 'one = 10'), async (at) => {
      await rm(join(at, '.12-factor/base'), { recursive: true });
      await edit(at, amendPath, (text) => text.replace('two = 2', 'two = 200'));
    });
    expect((await run(update, root)).stderr).toContain(`${people} (its base copy is missing`);
    await run([...update, '--on-conflict', 'markers'], root);
    expect(await read(root, people)).toMatch(
      /<{7} yours\n[^]*one = 1;[^]*two = 200;[^]*={7}\n[^]*one = 10;[^]*>{7}/,
    );
  });

  it('become one that keeps its path', async () => {
    const text = folded.replaceAll('./people.ts', './human.ts');
    const into: Components = {
      errors: { files: { 'errors.ts': errors } },
      human: {
        files: { 'human.ts': text },
        requires: ['errors'],
        renamed: { 'human.ts': ['human.ts', 'amend.ts'] },
      },
    };
    const root = await repo(into, {
      from: parts,
      names: ['human'],
      files,
      harm: (at) => edit(at, amendPath, (mine) => mine.replace('two = 2', 'two = 200')),
    });
    const before = await snapshot(root);
    await succeed(root, ...update);
    expect(await read(root, humanPath)).toBe(js(text).replace('two = 2', 'two = 200'));
    expect(await exists(root, amendPath)).toBe(false);
    await expectUndo(root, before);
    expect(await succeed(root, ...update)).toContain('Everything is up to date.');
  });
});

describe('a component that was split off', () => {
  const both: Components = {
    errors: { files: { 'errors.ts': errors } },
    loop: {
      files: { 'loop.ts': loop, 'lines.ts': 'export const lines = 1;\n' },
      requires: ['errors'],
    },
    other: { files: { 'other.ts': "import './loop.ts';\n" }, requires: ['loop'] },
  };
  const split = (path: string, renamed?: SmallComponent['renamed']): Components => ({
    errors: both['errors'] ?? {},
    loop: { files: { 'loop.ts': loop }, requires: ['errors'] },
    lines: { files: { [path]: 'export const lines = 1;\n' }, ...(renamed && { renamed }) },
    other: {
      files: { 'other.ts': `import './loop.ts';\nimport './${path}';\n` },
      requires: ['loop', 'lines'],
    },
  });
  const lines = 'src/agent/lines.ts';
  const harm = (at: string) => edit(at, lines, (text) => `${text}// mine\n`);

  it.each<[string, string, SmallComponent['renamed']]>([
    ['at the same path', 'lines.ts', undefined],
    ['at another path', 'text/lines.ts', { 'text/lines.ts': 'lines.ts' }],
  ])('comes along with its file %s', async (_, path, renamed) => {
    const root = await repo(split(path, renamed), { from: both, harm });
    const before = await snapshot(root);
    const out = await succeed(root, ...update);
    expect(out).toContain('Adds lines: it has files that were in loop.');
    expect(await read(root, `src/agent/${path}`)).toBe('export const lines = 1;\n// mine\n');
    expect(await exists(root, lines)).toBe(path === 'lines.ts');
    const { files, components } = await lockOf(root);
    expect(files[`src/agent/${path}`]).toMatchObject({ owner: 'lines' });
    expect(components['lines']).toMatchObject({ requestedBy: 'loop' });
    await expectUndo(root, before);
    expect(await succeed(root, ...update)).toContain('Everything is up to date.');
    await succeed(root, 'remove', 'loop');
    expect(await exists(root, '.12-factor/lock.json')).toBe(false);
  });

  it('comes along with an update of the one that had its file, and of no other', async () => {
    const root = await repo(split('text/lines.ts', { 'text/lines.ts': 'lines.ts' }), {
      from: both,
      harm,
    });
    await succeed(root, ...update, 'errors');
    expect(Object.keys((await lockOf(root)).components)).toEqual(['errors', 'loop']);
    await succeed(root, ...update, 'loop');
    expect(Object.keys((await lockOf(root)).components)).toEqual(['errors', 'loop', 'lines']);
  });

  it('is updated together with what a new component requires', async () => {
    const root = await repo(split('text/lines.ts', { 'text/lines.ts': 'lines.ts' }), {
      from: both,
      harm,
    });
    await succeed(root, 'add', 'other', '--no-install', '--registry', '../reg');
    expect(await exists(root, lines)).toBe(false);
    expect(await read(root, 'src/agent/text/lines.ts')).toContain('// mine');
    expect(await succeed(root, ...update)).toContain('Everything is up to date.');
  });

  it('is not half installed by a change of something else', async () => {
    const root = await repo(split('text/lines.ts', { 'text/lines.ts': 'lines.ts' }), {
      from: { ...both, far: {} },
      harm,
      names: ['loop', 'far'],
    });
    const before = (await lockOf(root)).files;
    await succeed(root, 'remove', 'far');
    expect((await lockOf(root)).files).toEqual(before);
  });

  it('takes the place of one that its registry gave up', async () => {
    const core: Components = {
      core: {
        files: { 'core/loop.ts': loop, 'core/errors.ts': errors },
        renamed: { 'core/loop.ts': 'loop.ts', 'core/errors.ts': 'errors.ts' },
      },
    };
    const root = await repo(core, { harm: (at) => edit(at, old, (text) => `${text}// mine\n`) });
    const before = await snapshot(root);
    const out = await succeed(root, ...update);
    expect(out).toContain('Adds core: it has files that were in');
    expect(out).toContain('loop is now part of core.');
    expect(out).not.toContain('was not found');
    const { components, files } = await lockOf(root);
    expect(components).toEqual({
      core: expect.objectContaining({ requestedBy: 'you' }) as unknown,
    });
    expect(Object.keys(files)).toEqual(['src/agent/core/errors.ts', 'src/agent/core/loop.ts']);
    expect(await read(root, next)).toContain('// mine');
    await expectUndo(root, before);
  });

  it('must not lose its file to a removal', async () => {
    const registry = split('text/lines.ts', { 'text/lines.ts': 'lines.ts' });
    const other = {
      ...both,
      other: { files: { 'other.ts': "import './lines.ts';\n" }, requires: ['loop'] },
    };
    const apart = {
      ...registry,
      other: { files: { 'other.ts': "import './text/lines.ts';\n" }, requires: ['lines'] },
    };
    const root = await repo(apart, { from: other, names: ['other'] });
    const { exitCode, stderr } = await run(['remove', 'loop'], root);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Run update first')]);
    expect(await exists(root, lines)).toBe(true);
  });
});

describe('a registry that does not know a move yet', () => {
  it('has its imports follow when its components are added and updated', async () => {
    const root = await repo(moved);
    await succeed(root, ...update);
    const acme: Components = {
      far: { files: { 'tools/far.ts': "import { end } from '../errors.ts';\n" } },
    };
    await writeSmallRegistry(join(root, '../acme'), acme);
    await succeed(root, 'add', 'far', '--no-install', '--registry', '../acme');
    expect(await read(root, 'src/agent/tools/far.ts')).toBe(
      "import { end } from '../core/errors.js';\n",
    );
    expect(await succeed(root, ...update)).toContain('Everything is up to date.');
  });
});
