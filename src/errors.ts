/** What went wrong, as a word that scripts can rely on. */
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

/** The user's to solve: the message says what happened and where, the hint the one thing to do next. */
export class UserError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /** What `--json` says besides. */
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

/** 3 means that the files are whole but their packages are missing; 130 is a shell's for Ctrl-C. */
export function exitCode(error: unknown): 1 | 3 | 130 {
  if (!(error instanceof UserError)) return 1;
  if (error.code === 'install-failed') return 3;
  return error.code === 'cancelled' ? 130 : 1;
}

/** A refusal of the operating system as the user's error; `undefined` for anything else. */
export function fromSystem(error: unknown): UserError | undefined {
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  if (error.syscall === 'uv_cwd')
    return new UserError('The folder that you are in is not there any more.', {
      code: 'not-found',
      hint: 'Go to one that is: cd',
    });
  const [, reason = error.message] = /^[A-Z0-9]+: ([^,]+),/.exec(error.message) ?? [];
  const what =
    'path' in error && typeof error.path === 'string' ? error.path : String(error.syscall);
  const isForbidden = 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
  const hint = isForbidden
    ? 'Make it readable and writable, then run it again.'
    : 'Mend that, then run it again.';
  return new UserError(`${what}: ${reason}. Nothing more was written.`, {
    code: 'no-permission',
    hint,
  });
}
