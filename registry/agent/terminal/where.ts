import { Refused } from '../core/errors.ts';

/** Takes `--url <url>` out of the arguments. Without a url behind it, that is empty. */
export function takeUrl(argv: readonly string[]): {
  readonly url: string | undefined;
  readonly rest: readonly string[];
} {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const at = argv.findIndex((argument, index) => index < end && /^--url(=\S*)?$/.test(argument));
  const flag = argv[at];
  if (flag === undefined) return { url: undefined, rest: argv };
  const isOne = flag.startsWith('--url=');
  const url = isOne ? flag.slice('--url='.length) : at + 1 < end ? argv[at + 1] : undefined;
  return {
    url: url ?? '',
    rest: [...argv.slice(0, at), ...argv.slice(at + (isOne || url === undefined ? 1 : 2))],
  };
}

/** The url, if a server can be there. It stands in hints for a shell, so it has no secrets and nothing to expand. @throws Refused */
export function serverAt(url: string, name: string): string {
  const { protocol, username, password, search, hash } = URL.canParse(url)
    ? new URL(url)
    : new URL('none:');
  const isPlain = /^https?:$/.test(protocol) && username + password + search + hash === '';
  if (isPlain && /^[\w:/.%~[\]-]+$/.test(url)) return url;
  throw new Refused(
    `${name} is where a server listens, such as http://127.0.0.1:3000, and nothing else.`,
  );
}
