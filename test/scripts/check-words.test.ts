import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openings, phrases } from '../../scripts/words/phrases.js';
import { formatProblem, problemsIn } from '../../scripts/words/problems.js';
import { tempFolder } from '../support/project/temp.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The phrases found in a file, each with its line. */
function found(path: string, text: string): readonly string[] {
  return problemsIn(path, text).map((problem) => `${problem.line}: ${problem.found}`);
}

describe('phrases in Markdown', () => {
  it.each([
    ['Take a server, say, or a worker.', [', say']],
    ['A value, as 0 say, is refused.', [', as 0 say']],
    ['The environment, `process.env` say.', [', `process.env` say']],
    ['All of them but for one.', ['but for']],
    ['It removes all but the newest.', ['all but']],
    ['It does nothing but wait.', ['nothing but']],
    ['The model cannot do without.', ['do without']],
    ['The model takes it up.', ['takes it up']],
    ['A worker took up the thread.', ['took up']],
    ['It prints what the call came to.', ['what the call came to']],
    ['It says what becomes of them.', ['becomes of']],
    ['It merges into what you made of the file.', ['what you made of']],
    ['Both are told apart.', ['told apart']],
    ['It tells them apart.', ['tells them apart']],
    ['It waits for who holds the lock.', ['for who']],
    ['What changed since is theirs.', ['is theirs']],
    ['It waits for ever.', ['for ever']],
    ['It is not ours any more.', ['any more']],
    ['The file is no more; it was deleted.', ['no more']],
    ['A file is in the way.', ['in the way']],
    ['Another run is at work.', ['at work']],
    ['The worker lets go of it.', ['lets go']],
    ['It is as good as lost.', ['as good as']],
    ['It cuts the text without a word.', ['without a word']],
    ['A line each.', ['A line each']],
    ['A time-out and two back-ups.', ['time-out', 'back-up']],
    ['It is cut\nfor ever.', ['for ever']],
  ])('%j', (text, expected) => {
    expect(problemsIn('a.md', text).map((problem) => problem.found)).toEqual(expected);
  });

  it.each([
    'Change the file, and say so.',
    'Say that the next version changes it.',
    'Take the `take-theirs` value, whose text is `theirs`.',
    'Other commands are list, say ...',
    'It lists what an agent is made of.',
    'There are no more updates.',
    'It asks no more than once.',
    'It works in the way that git does.',
    'Keep it in step 3.',
    'Either base is as good as the other one.',
    'It does nothing, but waits.',
    'A search takes up to a minute? It takes at most one.',
    'Read a word of the text.',
    'What it does is written here.',
    'Run `npm start say, say`.',
    'See [the stores](back-up.md).',
    '```ts\n// It waits for ever.\n```\n',
    '- One:\n\n  ```\n  for ever\n  ```\n',
    'It ends with for.\n\nEver since.',
  ])('has nothing to say of %j', (text) => {
    expect(found('a.md', text)).toEqual([]);
  });

  it('are found in a template of a page', () => {
    expect(found('README.md.hbs', 'Use `for ever`. {{dir}} waits\nfor ever.')).toEqual([
      '2: for ever',
    ]);
  });

  it('counts lines from the start of the page', () => {
    const text = '# Title\n\n```\ncode\n```\n\nIt waits\nfor ever.\n';
    expect(found('a.md', text)).toEqual(['8: for ever']);
  });
});

describe('phrases in code', () => {
  it.each([
    ["const message = 'It waits for ever.';", ['1: for ever']],
    ['const message = `${name} cannot do without.`;', ['1: do without']],
    ['const message = `In ${name} it is at work: ${why}`;', ['1: at work']],
    ['/**\n * It waits for\n * ever.\n */', ['2: for ever']],
    ['// It waits for\n// ever.', ['1: for ever']],
    ['function a() {\n  // It waits for\n  // ever.\n}', ['2: for ever']],
    ['run({\n  // It waits for ever.\n});', ['2: for ever']],
    ['/** Is theirs. */\n// Waits for ever.', ['1: Is theirs', '2: for ever']],
  ])('%j', (text, expected) => {
    expect(found('a.ts', text)).toEqual(expected);
  });

  it.each([
    "import { a } from './for ever.ts';",
    "export { a } from './for ever.ts';",
    "const a = await import('./for ever.ts');",
    "const kind = 'take-theirs';",
    'const at = work, is = theirs;',
    'const pattern = /for ever/;',
    '/** Fills `is theirs`. */',
    "const a = 'for'; // ever",
    "const a = 'for' + 'ever';",
  ])('has nothing to say of %j', (text) => {
    expect(found('a.ts', text)).toEqual([]);
  });
});

describe('the first words of a comment', () => {
  it.each([
    ['/** What a file has. */', ['1: What']],
    ['/**\n * Of the files, the first.\n */', ['2: Of']],
    ['// Whoever asks gets it.', ['1: Whoever']],
    ['// Whatever it is.', ['1: Whatever']],
    ['/** Who asked. */', ['1: Who']],
    ['/** Whose turn it is. */', ['1: Whose']],
    ['// Somebody else did.', ['1: Somebody']],
    ['// Nobody did.', ['1: Nobody']],
    ['// Not if it is there.', ['1: Not if']],
    ['/** Not for links. */', ['1: Not for']],
    ['interface A {\n  /** What it has. */\n  readonly a: string;\n}', ['2: What']],
    ['const a = [\n  1, // Of both.\n];', ['2: Of']],
  ])('%j', (text, expected) => {
    expect(found('a.ts', text)).toEqual(expected);
  });

  it.each([
    '/** Whether a file is there. */',
    '/** Offers a choice. */',
    '// Not a file.',
    "const message = 'What is this?';",
    '/** Says\n * What it is. */',
    '// Reads a file.\n// Of two, the first.',
  ])('has nothing to say of %j', (text) => {
    expect(found('a.ts', text)).toEqual([]);
  });

  it('are not looked at in Markdown', () => {
    expect(found('a.md', 'What it does.\n')).toEqual([]);
  });
});

describe('what to write instead', () => {
  it('is known for each phrase and opening', () => {
    expect([...phrases, ...openings].filter(({ write }) => write.trim() === '')).toEqual([]);
  });

  it('is known for each word that the spell checker flags', async () => {
    const { flagWords } = parse(await readFile(join(root, 'cspell.config.yaml'), 'utf8'));
    expect(flagWords).toContain('mend->fix');
    expect(flagWords.filter((word: string) => !/^[a-z]+->\S/.test(word))).toEqual([]);
  });

  it('is printed after the place', () => {
    const problem = { path: 'src/a.ts', line: 3, found: 'for ever', write: 'forever' };
    expect(formatProblem(problem)).toBe('src/a.ts:3: "for ever" -> forever');
  });
});

describe('npm run words', { timeout: 60_000 }, () => {
  it('fails for a file with a word or a phrase to avoid', async () => {
    const folder = await project({
      'src/bad.ts': '/** Mends a file that is in the way. */\n',
      'src/good.ts': '/** Fixes a file. */\n',
      'registry/agent/core/a.ts': '/** Waits for ever. */\n',
      'templates/starter/a.ts': '/** Waits for ever. */\n',
      'templates/base/README.md.hbs': 'It waits for ever.\n',
    });
    const script = join(root, 'scripts/check-words.js');
    const phrases = await execa(process.execPath, [script, folder], { reject: false });
    expect(phrases.exitCode).toBe(1);
    expect(phrases.stdout).toContain('src/bad.ts:1: "in the way" -> ');
    expect(phrases.stdout).toContain('registry/agent/core/a.ts:1: "for ever" -> ');
    expect(phrases.stdout).toContain('templates/starter/a.ts:1: "for ever" -> ');
    expect(phrases.stdout).toContain('templates/base/README.md.hbs:1: "for ever" -> ');
    expect(phrases.stdout).not.toContain('good');

    const program = join(root, 'node_modules/.bin/cspell');
    const words = await execa(program, ['lint', '--no-progress'], { cwd: folder, reject: false });
    expect(words.exitCode).toBe(1);
    expect(words.stdout).toBe('src/bad.ts:1:5 - Forbidden word (Mends) fix: (Fixes)');
  });

  it('passes for plain words', async () => {
    const folder = await project({ 'src/good.ts': '/** Fixes a file. */\n' });
    const script = join(root, 'scripts/check-words.js');
    const { stdout } = await execa(process.execPath, [script, folder]);
    expect(stdout).toBe('words: 1 file, 0 phrases to replace');
  });
});

/** A project with the configuration of this one, and some files. */
async function project(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await tempFolder();
  for (const path of ['cspell.config.yaml', 'scripts/words/project-words.txt'])
    await write(folder, path, await readFile(join(root, path), 'utf8'));
  for (const [path, text] of Object.entries(files)) await write(folder, path, text);
  return folder;
}

async function write(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}
