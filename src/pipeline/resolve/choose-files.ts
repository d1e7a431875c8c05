import { UserError } from '../../errors.ts';
import type { FileRef, Template } from '../registry/component.ts';
import type { SelectedComponent, SelectedFile } from './selection.ts';
import type { Request } from './request.ts';
import { defaultAgentDir } from './default-agent-dir.ts';
import { collision, pathProblem } from '../text/safe-path.ts';

/** Every selected file once, by its path from the root: a later template's wins over the base's and a component's. */
export function chooseFiles(
  picked: readonly SelectedComponent[],
  templates: readonly Template[],
  request: Request,
): readonly SelectedFile[] {
  const ofComponents = picked.flatMap(({ component }) =>
    component.files
      .filter((file) => request.tests || !isTest(file))
      .map((file): SelectedFile => ({
        ...file,
        to: `${request.dir}/${file.to}`,
        origin: 'registry',
        owner: component.name,
      })),
  );
  const ofTemplates = templates.flatMap((template) =>
    template.files.map((file): SelectedFile => ({
      ...file,
      to: follow(file.to, request),
      origin: 'templates',
      owner: template.name,
    })),
  );
  const chosen = new Map<string, SelectedFile>();
  for (const file of [...ofComponents, ...ofTemplates]) {
    checkReplaces(chosen.get(file.to), file);
    chosen.set(file.to, file);
  }
  for (const path of chosen.keys()) checkPath(path);
  const pair = collision([...chosen.keys()]);
  if (pair)
    throw new UserError(`${pair[0]} and ${pair[1]} are in each other's way.`, {
      code: 'bad-registry',
    });
  return [...chosen.values()];
}

/** Each half of a path is fine by itself; together they may be too deep. */
function checkPath(path: string): void {
  const problem = pathProblem(path);
  if (problem === undefined) return;
  throw new UserError(`${path} cannot be written: ${problem}.`, {
    code: 'bad-usage',
    hint: 'Let the components be in a folder nearer to package.json.',
  });
}

/** A template's own part of the agent is where the components are. */
const follow = (to: string, { dir }: Request): string =>
  to.startsWith(`${defaultAgentDir}/`) ? dir + to.slice(defaultAgentDir.length) : to;

/** A seed may be a test as well: the user's own, of their policy or prompt. */
const isTest = ({ role, to }: FileRef): boolean => role === 'test' || /\.test\.\w+$/.test(to);

// A template brings its own seeds; code that upstream will go on mending must stay upstream's.
function checkReplaces(before: SelectedFile | undefined, file: SelectedFile): void {
  if (!before || before.origin === 'templates' || before.role === 'seed') return;
  throw new UserError(`${file.owner} would replace ${file.to}, which is ${before.owner}'s.`, {
    code: 'bad-registry',
  });
}
