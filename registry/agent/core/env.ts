import { readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Refused } from './errors.ts';

// Imported first by agent.ts, so that `.env` is loaded before anything reads the environment.
// Variables that are set already keep their values. Decoding drops a byte order mark.
if (statSync('.env', { throwIfNoEntry: false })?.isFile()) {
  const text = new TextDecoder().decode(readFileSync('.env'));
  if (text.includes('\0')) throw new Refused('.env is not UTF-8. Save it again, as UTF-8.');
  Object.assign(process.env, { ...parseEnv(text), ...process.env });
}
