import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { tempFolder } from '../support/project/temp.ts';

const agent = 'src/agent/agent.ts';

/** A new project, and a run of the tool in it. */
async function created() {
  const folder = await tempFolder();
  const flags = ['--yes', '--no-install', '--no-git'];
  expect(await run(['bot', ...flags], folder)).toMatchObject({ exitCode: 0, stderr: '' });
  const root = join(folder, 'bot');
  return {
    read: (path: string) => readFile(join(root, path), 'utf8'),
    write: (path: string, text: string) => writeFile(join(root, path), text),
    async edit(path: string, part: string, by: string) {
      const text = await readFile(join(root, path), 'utf8');
      expect(text).toContain(part);
      await writeFile(join(root, path), text.replace(part, by));
    },
    run: (...args: readonly string[]) => run(args, root),
  };
}

const add = ['add', 'slack', '--yes', '--no-install'];
const remove = ['remove', 'slack', '--yes'];
const composition = 'export const agent';
const mine = `// My own note.\n${composition}`;

describe('after an edit, undo', () => {
  it('of add takes out the wiring alone, and undo brings it back beside the edit', async () => {
    const { read, edit, run } = await created();
    const before = await read(agent);
    await run(...add);
    await edit(agent, composition, mine);
    await edit('package.json', '{', '{\n  "author": "me",');
    const edited = await read(agent);
    expect(edited).toContain('slack');
    const { exitCode, stdout } = await run('undo');
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringContaining('Your edits since stay in: src/agent/agent.ts, package.json'),
    ]);
    expect(await read(agent)).toBe(before.replace(composition, mine));
    expect(await read('package.json')).toContain('"author": "me"');
    expect(await read('package.json')).not.toContain('slack');
    expect((await run('undo')).exitCode).toBe(0);
    expect(await read(agent)).toBe(edited);
  });

  it('finds a file whose wiring was taken out by hand as it was before', async () => {
    const { read, write, run } = await created();
    const before = await read(agent);
    await run(...add);
    await write(agent, before);
    const { exitCode, stdout } = await run('undo');
    expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining('edits')]);
    expect(await read(agent)).toBe(before);
  });

  it('keeps a file that the command made, and says that its imports may be gone', async () => {
    const { edit, run } = await created();
    await run(...add);
    await edit('src/agent/slack/channel.ts', 'export ', '// Mine.\nexport ');
    const { exitCode, stdout } = await run('undo');
    expect(exitCode).toBe(2);
    expect(stdout).toContain('may be gone, see doctor: src/agent/slack/channel.ts');
  });

  it('is told by --dry-run for each file', async () => {
    const { edit, run } = await created();
    await run(...add);
    await edit(agent, composition, mine);
    await edit('src/agent/slack/channel.ts', 'export ', '// Mine.\nexport ');
    const { stdout } = await run('undo', '--dry-run');
    expect(stdout).toContain('\n  src/agent/slack/blocks.ts\n');
    expect(stdout).toContain(`\n  ${agent}, with your edits since in it\n`);
    expect(stdout).toContain('\n  src/agent/slack/channel.ts: edited since, so kept\n');
    const undone = JSON.parse((await run('undo', '--json')).stdout) as object;
    expect(undone).toMatchObject({ merged: [agent], kept: ['src/agent/slack/channel.ts'] });
  });

  it('of remove puts the wiring back', async () => {
    const { read, edit, run } = await created();
    await run(...add);
    const wired = await read(agent);
    await run(...remove);
    await edit(agent, composition, mine);
    expect((await run('undo')).exitCode).toBe(0);
    expect(await read(agent)).toBe(wired.replace(composition, mine));
  });

  it('takes nothing from a file whose wiring was edited: it names what is left', async () => {
    const { read, edit, run } = await created();
    await run(...add);
    await edit(agent, 'slack: slackChannel()', 'slack: mine(slackChannel())');
    const edited = await read(agent);
    const { exitCode, stdout } = await run('undo');
    expect([exitCode, stdout]).toEqual([
      2,
      expect.stringContaining(`Edited since, so kept: ${agent}`),
    ]);
    expect(stdout).toMatch(/^ {2}src\/agent\/agent\.ts:\d+ {2}import \{ slackChannel \}/m);
    expect(await read(agent)).toBe(edited);
    const left = await run('doctor');
    expect(left.exitCode).toBe(1);
    const gone = /^FAIL {2}src\/agent\/agent\.ts:\d+ imports \.\/slack\/channel\.ts/m;
    expect(left.stdout).toMatch(gone);
  });

  it('tells programs what is left', async () => {
    const { edit, run } = await created();
    await run(...add);
    await edit(agent, 'slack: slackChannel()', 'slack: mine(slackChannel())');
    const { exitCode, stdout } = await run('undo', '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      merged: [],
      kept: [agent],
      left: expect.arrayContaining([
        { path: agent, line: expect.any(Number), text: expect.stringContaining('slackChannel') },
      ]),
    });
  });
});
