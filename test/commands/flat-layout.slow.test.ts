import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { run, succeed } from '../support/cli/run.ts';
import { commit, differing, type Files, newRepo, snapshot } from '../support/project/repos.ts';
import { filesUnder, textsUnder } from '../support/project/temp.ts';
import { compile, linkPackages } from '../support/project/toolchain.ts';

// A starter with every component, as the tool wrote it while all of the core was at the top of the
// agent's folder. Its base copies are left out: nothing was edited.
const project = new URL('../support/project/flat-layout.json.gz', import.meta.url);

async function restore(): Promise<string> {
  const texts = gunzipSync(await readFile(project)).toString();
  const files = z.record(z.string(), z.string()).parse(JSON.parse(texts));
  const bases: Files = Object.fromEntries(
    Object.values(files).map((text) => [
      `.12-factor/base/${createHash('sha256').update(text).digest('hex')}`,
      text,
    ]),
  );
  const root = await newRepo('esm', { ...bases, ...files });
  await commit(root, 'as it was');
  return root;
}

const update = ['update', '--no-install', '--all-tests'];

describe('a project from before the folders', () => {
  it('gets every file at its new path, and compiles', async () => {
    const root = await restore();
    const before = await snapshot(root);
    const stdout = await succeed(root, ...update);
    expect(stdout).toContain('src/agent/loop.ts → src/agent/core/loop.ts');
    expect(stdout).not.toContain('your edits are kept');
    await linkPackages(root);
    expect(await compile(root, ['src/agent'])).toEqual([]);
    const paths = await filesUnder(join(root, 'src/agent'));
    expect(paths.filter((path) => !path.includes('/'))).toEqual([
      'agent.ts',
      'policy.test.ts',
      'policy.ts',
      'prompt.test.ts',
      'prompt.ts',
      'story.test.ts',
      'tools.ts',
    ]);
    expect(await succeed(root, 'status')).toContain('all up to date');
    await succeed(root, 'undo');
    const { 'tsconfig.json': _, ...after } = await snapshot(root);
    const { 'tsconfig.json': __, ...was } = before;
    expect(differing(after, was).filter((path) => !path.startsWith('node_modules'))).toEqual([]);
  });
});

describe('with an edit in every file', () => {
  const mineIn = (path: string) => `// mine in ${path}`;

  async function restoreEdited() {
    const root = await restore();
    const paths = await filesUnder(join(root, 'src/agent'));
    for (const path of paths) await appendFile(join(root, 'src/agent', path), `${mineIn(path)}\n`);
    await commit(root, 'edit');
    return { root, paths };
  }

  it('nothing is written while a conflict is open', async () => {
    const { root } = await restoreEdited();
    const before = await snapshot(root);
    const { exitCode, stderr } = await run(update, root);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Nothing was written')]);
    expect(differing(await snapshot(root), before)).toEqual([]);
  });

  it.each(['markers', 'skip'])('no edit is lost with --on-conflict %s', async (choice) => {
    const { root, paths } = await restoreEdited();
    const before = await snapshot(root);
    expect((await run([...update, '--on-conflict', choice], root)).stderr).toBe('');
    const texts = Object.values(await textsUnder(join(root, 'src/agent'))).join('\n');
    expect(paths.filter((path) => !texts.includes(mineIn(path)))).toEqual([]);
    await succeed(root, 'undo');
    expect(differing(await snapshot(root), before)).toEqual([]);
  });
});
