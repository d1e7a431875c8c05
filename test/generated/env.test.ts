import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { home } from '../support/registry/package.ts';

const exec = promisify(execFile);
const text = 'A_FIRST=1\nSET_BEFORE=file\nA_LAST="two words"\n';
const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le');

type Case = readonly [about: string, file: string | Buffer, said: string];

const all = '1, environment, two words';
const none = 'undefined, environment, undefined';
const refused = '.env is not UTF-8. Save it again, as UTF-8.';
const cases: readonly Case[] = [
  ['UTF-8', text, all],
  ['a byte order mark', `\uFEFF${text}`, all],
  ['CRLF', text.replaceAll('\n', '\r\n'), all],
  ['a byte order mark and CRLF', `\uFEFF${text.replaceAll('\n', '\r\n')}`, all],
  ['export before each name', text.replaceAll(/^(?=\w)/gm, 'export '), all],
  ['nothing in it', '', none],
  ['UTF-16', utf16, refused],
  ['UTF-16 in the other byte order', Buffer.from(utf16).swap16(), refused],
  ['UTF-16 after lines of UTF-8', Buffer.concat([Buffer.from(text), utf16]), refused],
];

/** Loads `core/env.ts`, and prints what the environment has then. */
const script = `
  import(process.argv[1]).then(
    () => console.log([process.env.A_FIRST, process.env.SET_BEFORE, process.env.A_LAST].map(String).join(', ')),
    ({ message }) => console.log(message),
  );
`;
const url = new URL('registry/agent/core/env.ts', pathToFileURL(`${home}/`)).href;
const node = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script];

it.concurrent.each(cases)('a .env with %s', async (_, file, said) => {
  const cwd = await mkdtemp(join(tmpdir(), 'env-'));
  await writeFile(join(cwd, '.env'), file);
  const env = { PATH: process.env.PATH, SET_BEFORE: 'environment' };
  const { stdout } = await exec(process.execPath, [...node, url], { cwd, env });
  await rm(cwd, { recursive: true });
  expect(stdout.trim()).toBe(said);
});
