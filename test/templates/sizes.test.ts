import { expect, test } from 'vitest';
import { projectFiles } from '../support/generated/starter.ts';

type Sized = { readonly path: string; readonly role: string; readonly lines: number };

async function filesOf(template: string): Promise<readonly Sized[]> {
  const files = await projectFiles(template);
  return files.map(({ path, role, text }) => ({ path, role, lines: text.split('\n').length - 1 }));
}

/** The lines of the source files in some folders of `src/agent`, tests and their helpers apart. */
function linesIn(files: readonly Sized[], ...folders: readonly string[]): number {
  const sources = files.filter(
    ({ path, role }) =>
      role !== 'test' &&
      !path.endsWith('.test.ts') &&
      folders.some((folder) => path.startsWith(`src/agent/${folder}`)),
  );
  return sources.reduce((sum, { lines }) => sum + lines, 0);
}

test.each([
  ['starter', 85],
  ['minimal', 62],
  ['empty', 82],
  // With a server, a worker, webhooks, links and channels.
  ['deploybot', 190],
])('a new project of %s has at most %i files', async (template, most) => {
  // With those that `create` merges into what a folder has.
  const shared = ['package.json', '.gitignore', '.env.example', '12-factor.json'];
  const paths = [...shared, ...(await filesOf(template)).map(({ path }) => path)];
  expect(paths.length).toBeGreaterThan(most / 2);
  expect(paths.filter((path) => !path.startsWith('.12-factor/')).length).toBeLessThanOrEqual(most);
});

test('the starter is as small as its parts may be', async () => {
  const files = await filesOf('starter');
  const lines = {
    all: linesIn(files, ''),
    core: linesIn(files, 'core/'),
    terminal: linesIn(files, 'terminal/', 'screen/'),
  };
  expect(lines.all).toBeLessThanOrEqual(7_600);
  expect(lines.core).toBeLessThanOrEqual(2_680);
  expect(lines.terminal).toBeLessThanOrEqual(2_340);
  expect(lines.all).toBeGreaterThan(lines.core + lines.terminal);
});
