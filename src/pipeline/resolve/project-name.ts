import { UserError } from '../../errors.ts';
import { isSlip } from '../text/did-you-mean.ts';
import { pathProblem, protectedProblem } from '../text/safe-path.ts';

/** What `create` calls a project that nobody named. */
export const defaultDir = 'my-agent';

/** Commands to come. Neither they nor those that are here name a folder by mistake. */
export const planned: readonly string[] = ['build'];
const aliases = ['outdated', 'rm', 'upgrade'];
const existing = [
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
const reserved: readonly string[] = [...planned, ...aliases, ...existing, 'create', 'ls'];

/** Why `dir` cannot be the new project's folder, or `undefined`. */
export function dirProblem(dir: string): string | undefined {
  const path = dir.replace(/^\.\//, '').replace(/\/+$/, '');
  if (path === '.' || dir === './') return undefined;
  const problem = pathProblem(path) ?? protectedProblem(path);
  if (problem) return `${JSON.stringify(dir)} cannot be the folder: ${problem}.`;
  if (/^(~|-)/.test(path))
    return `${JSON.stringify(dir)} cannot be the folder: it starts with ${path[0]}.`;
  return packageName(path)
    ? undefined
    : `${JSON.stringify(dir)} gives no package name: use letters, digits and dashes.`;
}

/** Checks the folder named on the command line. @throws UserError */
export function checkDir(dir: string): void {
  const guess = reserved.includes(dir)
    ? dir
    : /^[a-z]+$/i.test(dir)
      ? existing.find((word) => isSlip(dir.toLowerCase(), word))
      : undefined;
  if (guess) throw likeCommand(dir, guess);
  const problem = dirProblem(dir);
  if (!problem) return;
  throw new UserError(problem, {
    code: 'bad-name',
    hint: 'Give "." or a folder below this one; --cwd chooses where it starts.',
  });
}

function likeCommand(dir: string, guess: string): UserError {
  const folder = `For a folder of that name: ./${dir}`;
  if (existing.includes(dir))
    return new UserError(`"${dir}" is a command: it comes before its options.`, {
      code: 'bad-usage',
      hint: folder,
    });
  if (dir !== guess)
    return new UserError(`There is no command "${dir}". Did you mean "${guess}"?`, {
      code: 'bad-usage',
      hint: folder,
    });
  return notYet(dir);
}

/** What to say of a command that is to come. */
export function notYet(word: string): UserError {
  const hint = `Look for a newer version with @latest. For a folder of that name: ./${word}`;
  return new UserError(`This version has no command "${word}" yet.`, { code: 'bad-usage', hint });
}

/** The npm name for a folder: its last part in lower case, other characters as dashes; `undefined` if nothing is left. */
export function packageName(path: string): string | undefined {
  const last = path.split(/[\\/]/).findLast((part) => part !== '') ?? '';
  const name = last
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
    .slice(0, 214);
  return name === '' || name === 'node_modules' || name === 'favicon.ico' ? undefined : name;
}
