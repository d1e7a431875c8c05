import { UserError } from '../../errors.ts';
import { isErrno } from '../system-errors.ts';
import { relativePath } from '../../pipeline/text/relative-path.ts';

type Reason = { readonly why: string; readonly hint: string };

const notWritable = { why: 'it is not writable', hint: 'Make it writable and run it again.' };
const diskFull = { why: 'the disk is full', hint: 'Free some space and run it again.' };
const blocked = { why: 'something else is there', hint: 'Move it away and run it again.' };
const reasons: Readonly<Record<string, Reason>> = {
  EACCES: notWritable,
  EPERM: notWritable,
  EROFS: { why: 'its disk is read-only', hint: 'Choose another place.' },
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  EIO: { why: 'the disk reports an error', hint: 'Check the disk and run it again.' },
  ENAMETOOLONG: { why: 'the name is too long', hint: 'Choose another place.' },
  ELOOP: { why: 'its links form a loop', hint: 'Fix the links, or choose another place.' },
  ENOTEMPTY: blocked,
  EEXIST: blocked,
  EISDIR: blocked,
  ENOTDIR: blocked,
};

/**
 * Converts an error after which no file is changed into a UserError. Returns an error that is our
 * bug as it is.
 */
export function nothingWritten(error: unknown, root: string): unknown {
  if (error instanceof Error && error.name === 'AbortError')
    return new UserError('Cancelled: nothing was written.', { code: 'cancelled' });
  if (error instanceof UserError || !isErrno(error)) return error;
  const { why, hint } = reasonOf(error);
  const message = `Cannot write ${nameOf(error, root)}: ${why}. Nothing was written.`;
  return new UserError(message, { code: 'no-permission', hint });
}

/** Converts an error after which some files are new and some are old. */
export function partlyWritten(error: unknown, root: string): UserError {
  const name = isErrno(error) ? nameOf(error, root) : root;
  const message = `Cannot write ${name}: ${whyOf(error)}. Some files are written and some are not.`;
  return new UserError(message, {
    code: 'no-permission',
    hint: 'Fix that, then run it again: it repairs the files first.',
  });
}

/**
 * Converts an error from reading a folder into a UserError. Returns an error that is our bug as it
 * is.
 */
export function unreadable(error: unknown, folder: string): unknown {
  if (!isErrno(error)) return error;
  const isForbidden = error.code === 'EACCES' || error.code === 'EPERM';
  const notReadable = { why: 'it is not readable', hint: 'Make it readable and run it again.' };
  const { why, hint } = isForbidden ? notReadable : reasonOf(error);
  return new UserError(`Cannot read ${folder}: ${why}.`, { code: 'no-permission', hint });
}

/** The error for a file that was edited between planning and writing. */
export function changedError(path: string): UserError {
  return new UserError(`${path} changed meanwhile.`, { code: 'conflict', hint: 'Run it again.' });
}

/** The error for a path that cannot be written because of `what` is there. */
export function blockedError(path: string, what: string): UserError {
  return new UserError(`${path} is ${what}.`, {
    code: 'not-empty',
    hint: 'Move it away and run it again.',
  });
}

function reasonOf(error: NodeJS.ErrnoException): Reason {
  const unknown = { why: `the system reports ${error.code}`, hint: 'Run it again.' };
  return reasons[error.code ?? ''] ?? unknown;
}

function whyOf(error: unknown): string {
  if (isErrno(error)) return reasonOf(error).why;
  return error instanceof Error ? error.message : String(error);
}

type FileError = NodeJS.ErrnoException & { readonly dest?: string };

/** Returns the user's file that an error is about, or the root if it is one of our own. */
function nameOf({ dest, path }: FileError, root: string): string {
  // A rename fails because of its target, which is in `dest`.
  for (const full of [dest, path]) {
    if (full === undefined) continue;
    const name = relativePath(root, full);
    const isSkipped = name === '' || /^(\.\.(\/|$)|\.12-factor(\/tmp|$))/.test(name);
    if (!isSkipped) return name;
  }
  return root;
}
