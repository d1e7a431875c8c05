import { spawn, type IPty, type IPtyForkOptions } from '@lydell/node-pty';

/** Written once the program has ended. All that it wrote before has arrived by then. */
const endMark = '\u001B]0;ended\u0007';
const script = `trap : INT; "$@"; code=$?; printf '\\033]0;ended\\007'; read -r _; exit $code`;

/**
 * Runs a program in a pseudo-terminal that stays open until we have read all that it wrote: the
 * library throws away what it has not read 200 ms after its process has ended.
 */
export function openReadable(
  command: readonly string[],
  options: IPtyForkOptions,
): { readonly pty: IPty; readonly raw: () => string } {
  const pty = spawn('sh', ['-c', script, 'sh', ...command], options);
  let raw = '';
  let hasEnded = false;
  pty.onData((data) => {
    raw += data;
    if (hasEnded || !raw.includes(endMark)) return;
    hasEnded = true;
    pty.write('\n');
  });
  return { pty, raw: () => raw.split(endMark)[0] ?? '' };
}
