import { UserError } from '../../errors.ts';
import type { FileRef, Template, TestChoice } from '../registry/component.ts';
import type { SelectedComponent, SelectedFile } from './selection.ts';
import type { Request } from './request.ts';
import { defaultAgentDir } from './default-agent-dir.ts';
import { collision, pathProblem } from '../text/safe-path.ts';

/**
 * Returns the selected files, each path once. A template's file replaces the seed of a component
 * and the file of an earlier template. @throws UserError
 */
export function chooseFiles(
  selected: readonly SelectedComponent[],
  templates: readonly Template[],
  request: Request,
): readonly SelectedFile[] {
  const all = [
    ...selected.flatMap((one) => componentFiles(one, request)),
    ...templates.flatMap((template) => templateFiles(template, request)),
  ];
  const chosen = new Map<string, SelectedFile>();
  for (const file of all) {
    checkReplaces(chosen.get(file.to), file);
    chosen.set(file.to, file);
  }
  const paths = [...chosen.keys()];
  paths.forEach(checkPath);
  const pair = collision(paths);
  if (pair)
    throw new UserError(`${pair[0]} and ${pair[1]} cannot both exist.`, { code: 'bad-registry' });
  return [...chosen.values()];
}

function componentFiles(
  { component }: SelectedComponent,
  { dir, tests }: Request,
): readonly SelectedFile[] {
  return component.files
    .filter((file) => isChosen(file, tests))
    .map((file) => ({
      ...file,
      to: `${dir}/${file.to}`,
      origin: 'registry',
      owner: component.name,
    }));
}

function templateFiles(template: Template, { dir }: Request): readonly SelectedFile[] {
  return template.files.map((file) => ({
    ...file,
    to: moveAgentFile(file.to, dir),
    origin: 'templates',
    owner: template.name,
  }));
}

/** A template has files in the components' folder too. They move with that folder. */
function moveAgentFile(to: string, dir: string): string {
  if (!to.startsWith(`${defaultAgentDir}/`)) return to;
  return dir + to.slice(defaultAgentDir.length);
}

/** Checks the path below the user's folder, which may be too deep. @throws UserError */
function checkPath(path: string): void {
  const problem = pathProblem(path);
  if (problem === undefined) return;
  throw new UserError(`${path} cannot be written: ${problem}.`, {
    code: 'bad-usage',
    hint: 'Use a folder nearer to package.json for the components.',
  });
}

function isChosen(file: FileRef, tests: TestChoice): boolean {
  if (!isTest(file)) return true;
  return file.onlyWithAllTests ? tests === 'all' : tests !== false;
}

/** A seed may be a test too: the user's tests of their own policy and prompt. */
function isTest({ role, to }: FileRef): boolean {
  return role === 'test' || /\.test\.\w+$/.test(to);
}

/**
 * Checks that a file of a template replaces only seeds. A component's source must stay, or updates
 * could not fix it. @throws UserError
 */
function checkReplaces(before: SelectedFile | undefined, file: SelectedFile): void {
  if (!before || before.origin === 'templates' || before.role === 'seed') return;
  throw new UserError(`${file.owner} would replace ${file.to}, which belongs to ${before.owner}.`, {
    code: 'bad-registry',
  });
}
