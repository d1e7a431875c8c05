import { Refused } from '../core/errors.ts';
import { remoteBackend } from './remote.ts';
import type { ServerFlag } from './types.ts';

export const remoteFlag: ServerFlag = {
  usage: '--url http://... list',
  about: 'any command, on a running server',
  connect(url, source) {
    requireServerUrl(url, source);
    return (screen) => remoteBackend({ url, token: process.env['API_TOKEN'] }, screen);
  },
};

/** Hints repeat the url: it must hold no secret, and nothing for a shell. */
function requireServerUrl(url: string, source: string): void {
  const { protocol, username, password, search, hash } = new URL(URL.canParse(url) ? url : 'no:');
  const isPlain = username + password + search + hash === '';
  if (/^https?:$/.test(protocol) && isPlain && /^[\w:/.%~[\]-]+$/.test(url)) return;
  const example = 'http://127.0.0.1:3000';
  throw new Refused(`${source} must be the address of a server, such as ${example}.`);
}
