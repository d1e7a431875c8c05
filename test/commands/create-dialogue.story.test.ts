import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathWithNpm } from '../support/cli/run.ts';
import { home } from '../support/registry/package.ts';
import { ctrlC, down, enter, open, space, type Session } from '../support/cli/pseudo-terminal.ts';
import { filesUnder, tempFolder } from '../support/project/temp.ts';

const { version } = (await import(join(home, 'package.json'), { with: { type: 'json' } }))
  .default as {
  version: string;
};
/** A screen without what differs from run to run, or with each change of the registry. */
const still = (screen: string) => {
  const told = screen.replaceAll(version, '0.0.0').replace(/\(\d+ s\)/, '(9 s)');
  const sizes = /\d+(?=[\s│]+(files|lines)\b)/g;
  return `${told.replaceAll(sizes, (size) => '9'.repeat(size.length))}\n`;
};

const questions = ['Project name?', 'Start from?', 'Which model?', 'Add now?'];

describe.each([80, 40])('at %i columns', (columns) => {
  it('Enter four times is a working project', async () => {
    const folder = await tempFolder();
    const session = await open([], folder, columns, { PATH: await pathWithNpm('sleep 0.3') });
    for (const question of questions) {
      await session.until(question);
      await expect(still(session.screen())).toMatchFileSnapshot(
        `screens/${slug(question)}-${columns}.txt`,
      );
      session.press(enter);
    }
    expect(await session.exit).toBe(0);
    await expect(still(session.screen())).toMatchFileSnapshot(`screens/created-${columns}.txt`);
    expect(await readdir(join(folder, 'my-agent'))).toContain('package.json');
  });
});

function slug(question: string): string {
  return question
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-')
    .replace(/-$/, '');
}

it('asks only what no flag says', async () => {
  const folder = await tempFolder();
  const flags = ['--model', 'scripted', '--store', 'file', '--no-install'];
  const session = await open(['bot', ...flags], folder, 120);
  await session.until('Start from?');
  session.press(enter);
  expect(await session.exit).toBe(0);
  expect(session.screen()).not.toMatch(/Project name|Which model|Add now/);
  expect(session.screen()).toContain('--model scripted --store file --no-install --yes');
});

it('takes what the arrow keys chose', async () => {
  const folder = await tempFolder();
  const session = await open(['bot', '--no-install'], folder, 120);
  await session.until('Start from?');
  session.press(down + down + enter);
  await session.until('Which model?');
  session.press(down + enter);
  await session.until('Add now?');
  session.press(enter);
  expect(await session.exit).toBe(0);
  expect(session.screen()).toContain('bot --template minimal --model anthropic --no-install --yes');
});

it('adds a server and one store, as Space marked them', async () => {
  const session = await open(['bot', '--no-install'], await tempFolder(), 120);
  await answer(session, ['Start from?', 'Which model?']);
  await session.until('Add now?');
  session.press(space + down + space + down + space + enter);
  await session.until('A project has one store', 'Add now?');
  session.press(space + down + down + down + space + enter);
  expect(await session.exit).toBe(0);
  expect(session.screen()).toContain('bot --store sqlite --with server --no-install --yes');
});

describe('a folder that is not free', () => {
  it.each([
    ['asked for', []],
    ['given', ['taken']],
  ])('is no end where it was %s: another name is', async (_, args) => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'taken'));
    await writeFile(join(folder, 'taken/notes.txt'), 'mine');
    const session = await open([...args, '--no-install'], folder, 80);
    if (args.length === 0) {
      await session.until('Project name?');
      session.press(`taken${enter}`);
    }
    await session.until('taken is not empty: it has notes.txt.', 'Project name?');
    session.press(enter);
    await session.until('Type another name.');
    session.press(`free${enter}`);
    await answer(session, ['Start from?', 'Which model?', 'Add now?']);
    expect(await session.exit).toBe(0);
    expect((await readdir(folder)).toSorted()).toEqual(['free', 'taken']);
    expect(await readdir(join(folder, 'taken'))).toEqual(['notes.txt']);
  });
});

it('says what is wrong with a name, and asks on', async () => {
  const session = await open(['--no-install'], await tempFolder(), 80);
  await session.until('Project name?');
  session.press(`../x${enter}`);
  await session.until('cannot be the folder');
  session.press(ctrlC);
  expect(await session.exit).toBe(130);
});

it('looks at the folder before it asks on', async () => {
  const session = await open(['.', '--no-install'], home, 80);
  expect(await session.exit).toBe(1);
  expect(session.screen()).toContain('already has a package.json');
  expect(session.screen()).not.toContain('Start from?');
});

describe('Ctrl-C', () => {
  it.each([0, 1, 2, 3])('at question %i leaves nothing, and exits 130', async (at) => {
    const folder = await tempFolder();
    const session = await open([], folder, 80);
    await answer(session, questions.slice(0, at));
    await session.until(questions[at] ?? '');
    session.press(ctrlC);
    expect(await session.exit).toBe(130);
    expect(session.screen().split('\n').at(-1)).toBe('Cancelled: nothing was written.');
    expect(await filesUnder(folder)).toEqual([]);
  });

  it('or Ctrl-D, at a question', async () => {
    const folder = await tempFolder();
    const session = await open([], folder, 80);
    await session.until('Project name?');
    session.press('\u0004');
    expect(await session.exit).toBe(130);
    expect(session.screen()).toContain('Cancelled: nothing was written.');
    expect(await filesUnder(folder)).toEqual([]);
  });

  it('during the install leaves the files, exits 130, and says how to install', async () => {
    const folder = await tempFolder();
    const session = await open(['bot', '--yes'], folder, 80, {
      PATH: await pathWithNpm('exec sleep 60'),
    });
    await session.until('Installing with npm');
    session.press(ctrlC);
    expect(await session.exit).toBe(130);
    expect(session.screen().split('\n').at(-1)).toBe('cd bot && npm install');
    expect(await filesUnder(folder)).toContain('bot/package.json');
  });
});

it('a terminal that is closed during the install ends it, and the files stay', async () => {
  const folder = await tempFolder();
  const session = await open(['bot', '--yes'], folder, 80, {
    PATH: await pathWithNpm('exec sleep 60'),
  });
  await session.until('Installing with npm');
  expect(await session.hangUp()).toBe(true);
  expect(await filesUnder(folder)).toContain('bot/package.json');
});

async function answer(session: Session, questions: readonly string[]): Promise<void> {
  for (const question of questions) {
    await session.until(question);
    session.press(enter);
  }
}

describe('a terminal', () => {
  it('with NO_COLOR gets none', async () => {
    const session = await open(['bot', '--no-install'], await tempFolder(), 80, { NO_COLOR: '1' });
    await answer(session, ['Start from?', 'Which model?', 'Add now?']);
    expect(await session.exit).toBe(0);
    // oxlint-disable-next-line no-control-regex -- colours are control sequences
    expect(session.raw()).not.toMatch(/\u001B\[[\d;]*m/);
  });

  it('that is dumb is never asked at', async () => {
    const session = await open([], await tempFolder(), 80, { TERM: 'dumb' });
    expect(await session.exit).toBe(1);
    expect(session.raw()).toContain('--template');
    expect(session.raw()).not.toContain('\u001B');
  });
});
