/** Whether an error comes from the operating system. */
export function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** Whether an error comes from the operating system and has one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return isErrno(error) && codes.includes(error.code ?? '');
}

/** Waits for an operation and ignores an error with one of these codes. */
export async function unlessCode(
  operation: Promise<unknown>,
  ...codes: readonly string[]
): Promise<void> {
  try {
    await operation;
  } catch (error) {
    if (!hasCode(error, ...codes)) throw error;
  }
}

/** Resolves to undefined if the file or folder is missing. Other errors reject. */
export async function unlessMissing<Value>(operation: Promise<Value>): Promise<Value | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
