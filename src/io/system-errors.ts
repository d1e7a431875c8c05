/** Whether an error is the operating system's, with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return isErrno(error) && codes.includes(error.code ?? '');
}

/** Lets a failure with one of these codes pass. */
export async function unlessCode(
  work: Promise<unknown>,
  ...codes: readonly string[]
): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!hasCode(error, ...codes)) throw error;
  }
}

/** What was asked of the disk, or `undefined` where there is nothing; any other failure stays one. */
export async function unlessMissing<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isErrno(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Whether an error is the operating system's. */
export function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
