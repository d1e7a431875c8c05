/** The kind of an error. Scripts rely on it: codes never change. */
export type ErrorCode =
  | 'bad-lock'
  | 'bad-name'
  | 'bad-registry'
  | 'bad-usage'
  | 'busy'
  | 'cancelled'
  | 'conflict'
  | 'install-failed'
  | 'missing-answer'
  | 'incompatible'
  | 'no-permission'
  | 'not-empty'
  | 'not-found'
  | 'older-tool'
  | 'read-only'
  | 'unknown-component'
  | 'unknown-template';

/**
 * An error that the user can solve. The message says what happened and where. The hint says the one
 * thing to do next.
 */
export class UserError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /** Further fields of the `--json` document. */
  readonly details: object | undefined;

  constructor(
    message: string,
    {
      code,
      hint,
      details,
    }: { code: ErrorCode; hint?: string | undefined; details?: object | undefined },
  ) {
    super(message);
    this.name = 'UserError';
    this.code = code;
    this.hint = hint;
    this.details = details;
  }
}

/**
 * Returns the exit code for an error: 3 if all files were written but packages could not be
 * installed, 130 (as in a shell) after Ctrl-C, otherwise 1.
 */
export function exitCode(error: unknown): 1 | 3 | 130 {
  if (!(error instanceof UserError)) return 1;
  if (error.code === 'install-failed') return 3;
  return error.code === 'cancelled' ? 130 : 1;
}

/** Converts an error of the operating system to the user's. Returns undefined for any other. */
export function fromSystem(error: unknown): UserError | undefined {
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  if (error.syscall === 'uv_cwd')
    return new UserError('The current folder no longer exists.', {
      code: 'not-found',
      hint: 'Change to another folder, then run it again.',
    });
  const [, reason = error.message] = /^[A-Z0-9]+: ([^,]+),/.exec(error.message) ?? [];
  const hasPath = 'path' in error && typeof error.path === 'string';
  const what = hasPath ? error.path : error.syscall;
  return new UserError(`${what}: ${reason}. Nothing more was written.`, {
    code: 'no-permission',
    hint: hintFor(error),
  });
}

function hintFor(error: Error): string {
  const isForbidden = 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
  if (isForbidden) return 'Make it readable and writable, then run it again.';
  return 'Fix that, then run it again.';
}
