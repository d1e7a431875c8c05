import { relative } from 'node:path';
import { UserError } from '../../errors.ts';
import { isErrno } from '../system-errors.ts';

const reasons: Readonly<Record<string, readonly [string, string]>> = {
  EACCES: ['it is not writable', 'Make it writable and run it again.'],
  EPERM: ['it is not writable', 'Make it writable and run it again.'],
  EROFS: ['its disk is read-only', 'Choose another place.'],
  ENOSPC: ['the disk is full', 'Free some space and run it again.'],
  EDQUOT: ['the disk is full', 'Free some space and run it again.'],
  EIO: ['the disk fails', 'Check the disk and run it again.'],
  ENAMETOOLONG: ['the name is too long', 'Choose another place.'],
  ELOOP: ['its links lead round in a circle', 'Mend the links, or choose another place.'],
  ENOTEMPTY: ['something is in the way', 'Move it away and run it again.'],
  EEXIST: ['something is in the way', 'Move it away and run it again.'],
  EISDIR: ['something is in the way', 'Move it away and run it again.'],
  ENOTDIR: ['something is in the way', 'Move it away and run it again.'],
};

/** A failure after which the old tree stands, as the user's error; one that is our bug stays as it is. */
export function nothingWritten(error: unknown, root: string): unknown {
  if (error instanceof Error && error.name === 'AbortError')
    return new UserError('Cancelled: nothing was written.', { code: 'cancelled' });
  if (error instanceof UserError || !isErrno(error)) return error;
  const [why, hint] = reasonOf(error);
  return new UserError(`Cannot write ${nameOf(error, root)}: ${why}. Nothing was written.`, {
    code: 'no-permission',
    hint,
  });
}

/** A failure that left some files new and some old. */
export function halfWritten(error: unknown, root: string): UserError {
  const [why] = isErrno(error)
    ? reasonOf(error)
    : [error instanceof Error ? error.message : String(error)];
  const name = isErrno(error) ? nameOf(error, root) : root;
  return new UserError(`Cannot write ${name}: ${why}. Some files are written and some are not.`, {
    code: 'no-permission',
    hint: 'Once that is solved, run it again: it first puts this right.',
  });
}

/** Why a folder cannot be looked into, as the user's error; one that is our bug stays as it is. */
export function unreadable(error: unknown, root: string): unknown {
  if (!isErrno(error)) return error;
  const [why, hint] =
    error.code === 'EACCES' || error.code === 'EPERM'
      ? ['it is not readable', 'Make it readable and run it again.']
      : reasonOf(error);
  return new UserError(`Cannot look into ${root}: ${why}.`, { code: 'no-permission', hint });
}

function reasonOf(error: NodeJS.ErrnoException): readonly [string, string] {
  return reasons[error.code ?? ''] ?? [`the system says ${error.code}`, 'Run it again.'];
}

/** Our own files are of no interest, only where they are; a rename's target is its `dest`. */
function nameOf(error: NodeJS.ErrnoException & { readonly dest?: string }, root: string): string {
  const inside = [error.dest, error.path].map((path) =>
    path === undefined ? '' : relative(root, path).replaceAll('\\', '/'),
  );
  return (
    inside.find((path) => path !== '' && !/^(\.\.(\/|$)|\.12-factor(\/tmp|$))/.test(path)) ?? root
  );
}
