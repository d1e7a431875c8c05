import { parse, sep } from 'node:path';
import { UserError } from '../../errors.ts';
import { isTypo } from '../text/did-you-mean.ts';
import { pathProblem, protectedProblem } from '../text/safe-path.ts';

/** The default folder of a new project. */
export const defaultDir = 'my-agent';

/** Commands of later versions. `create` refuses their names as folders, as a likely mistake. */
export const plannedCommands: readonly string[] = ['build'];
const aliases = ['outdated', 'rm', 'upgrade'];
const commands = [
  'add',
  'diff',
  'doctor',
  'list',
  'remove',
  'search',
  'status',
  'undo',
  'update',
  'view',
];
const reserved: readonly string[] = [...plannedCommands, ...aliases, ...commands, 'create', 'ls'];

/**
 * Returns why `dir` cannot be the folder of a new project, or undefined. It may be the current
 * folder, one below it, or an absolute path.
 */
export function dirProblem(dir: string): string | undefined {
  const path = withoutRoot(dir).replace(/^\.\//, '').replace(/\/+$/, '');
  if (path === '.' || dir === './') return undefined;
  const named = JSON.stringify(dir);
  const problem = pathProblem(path) ?? protectedProblem(path);
  if (problem) return `${named} cannot be the folder: ${problem}.`;
  if (/^[~-]/.test(path)) return `${named} cannot be the folder: it starts with ${path[0]}.`;
  if (packageName(path)) return undefined;
  return `${named} cannot be a package name: use letters, digits and dashes.`;
}

/** Removes the start of an absolute path, such as `/` or `C:\`, and puts `/` between its parts. */
function withoutRoot(dir: string): string {
  const { root } = parse(dir);
  return root === '' ? dir : dir.slice(root.length).replaceAll(sep, '/');
}

/** Checks the folder argument of `create`, which may be a mistyped command. @throws UserError */
export function checkDir(dir: string): void {
  const command = meantCommand(dir);
  if (command) throw commandError(dir, command);
  const problem = dirProblem(dir);
  if (!problem) return;
  throw new UserError(problem, {
    code: 'bad-name',
    hint: 'Use a name, a path below this folder, an absolute path, or "." for this folder.',
  });
}

function meantCommand(dir: string): string | undefined {
  if (reserved.includes(dir)) return dir;
  if (!/^[a-z]+$/i.test(dir)) return undefined;
  return commands.find((command) => isTypo(dir.toLowerCase(), command));
}

function commandError(dir: string, command: string): UserError {
  const hint = `For a folder of that name: ./${dir}`;
  if (commands.includes(dir))
    return new UserError(`"${dir}" is a command: it comes before its options.`, {
      code: 'bad-usage',
      hint,
    });
  if (dir === command) return plannedCommandError(dir);
  return new UserError(`There is no command "${dir}". Did you mean "${command}"?`, {
    code: 'bad-usage',
    hint,
  });
}

/** Creates the error for a command of a later version. */
export function plannedCommandError(word: string): UserError {
  const hint = `Look for a newer version with @latest. For a folder of that name: ./${word}`;
  return new UserError(`This version has no command "${word}" yet.`, { code: 'bad-usage', hint });
}

/**
 * Returns the npm name for a folder: its last part in lower case, with dashes for other characters.
 * Undefined if no valid name is left.
 */
export function packageName(path: string): string | undefined {
  const last = path.split(/[\\/]/).findLast((part) => part !== '') ?? '';
  const name = last
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
    .slice(0, 214);
  const isInvalid = name === '' || name === 'node_modules' || name === 'favicon.ico';
  return isInvalid ? undefined : name;
}
