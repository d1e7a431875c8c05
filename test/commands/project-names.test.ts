import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { tempFolder } from '../support/project/temp.ts';

const bare = ['--yes', '--no-install', '--no-git'];

describe('a project', () => {
  // Names that npm would refuse for a package are no names of its package.json.
  it.each([
    ['with a space', 'a b', 'a-b'],
    ['with capitals', 'ShipIt', 'shipit'],
    ['with accents', 'Café Ünï', 'cafe-uni'],
    ['with a leading dot', '.a', 'a'],
    ['with four dots', 'a....b', 'a....b'],
    ['with leading dots', '....b', 'b'],
    ['with a leading _', '_x', 'x'],
    ['of a module of Node', 'fs', 'fs'],
    ['of its own dependency', 'zod', 'zod'],
    ['of a scope', '@ada/bot', 'bot'],
    ['with a slash at its end', 'bot/', 'bot'],
    ['with shell signs', `it's $HOME & co;`, 'it-s-home-co'],
    ['as long as a folder may be', 'x'.repeat(250), 'x'.repeat(214)],
  ])('named %s is made, and its package is named as npm takes it', async (_, dir, name) => {
    const folder = await tempFolder();
    const { exitCode, stderr } = await run([dir, ...bare], folder);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(JSON.parse(await readFile(join(folder, dir, 'package.json'), 'utf8'))).toMatchObject({
      name,
    });
  });

  it.each([
    ['..', 'it has a part ".."'],
    ['....', 'it has a part of only dots, "...."'],
    ['./.../bot', 'it has a part of only dots, "..."'],
    ['bot.', 'a part of it ends in a dot or a space'],
    ['x'.repeat(300), 'a part of it is longer than 255 bytes'],
    ['日'.repeat(100), 'a part of it is longer than 255 bytes'],
    ['con', '"con" is a reserved name on Windows'],
    ['aux.d', '"aux.d" is a reserved name on Windows'],
    ['a:b', 'it names a drive'],
    ['a?', 'it has a character that Windows refuses'],
    ['a\\b', 'it has a backslash'],
    ['a\nb', 'it has control or invisible characters'],
    ['a\u202Eb', 'it has control or invisible characters'],
    [' a', 'a part of it starts with a space'],
    ['', 'it is empty'],
    ['~', 'it starts with ~'],
    ['node_modules', 'node_modules is a protected folder'],
    ['package.json', 'package.json is a protected file'],
    ['日本', 'cannot be a package name: use letters, digits and dashes'],
    ['favicon.ico', 'cannot be a package name: use letters, digits and dashes'],
  ])('named %j is refused', async (dir, why) => {
    const folder = await tempFolder();
    const { exitCode, stderr } = await run([dir, ...bare], folder);
    expect([exitCode, stderr.split('\n')]).toEqual([
      1,
      [
        expect.stringContaining(why),
        'Use a name, a path below this folder, an absolute path, or "." for this folder.',
      ],
    ]);
    expect(await readdir(folder)).toEqual([]);
  });
});

it('a folder of only dots is where --cwd says, not above', async () => {
  const folder = await tempFolder();
  await mkdir(join(folder, '....'));
  const { exitCode, stdout } = await run(['bot', ...bare, '--cwd', '....'], folder);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('cd ..../bot')]);
  expect(await readdir(join(folder, '....'))).toEqual(['bot']);
});
