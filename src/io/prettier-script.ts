/**
 * The source of a program that formats texts with the user's prettier. Reads `{ root, files }` as
 * JSON from stdin. Prints the formatted texts as the last line of stdout, null for a text that
 * prettier ignores or cannot parse. It is a string because the bundle has no other files.
 */
export const formatWithPrettier = `
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const { root, files } = JSON.parse(await readAll(process.stdin));
const entry = createRequire(join(root, 'package.json')).resolve('prettier');
const loaded = await import(pathToFileURL(entry).href);
const prettier = loaded.resolveConfig ? loaded : loaded.default;
const ignorePath = nearest(root, '.prettierignore');
const results = [];
for (const { path, text } of files) results.push(await format(path, text).catch(() => null));
process.stdout.write('\\n' + JSON.stringify(results), () => process.exit(0));

async function format(path, text) {
  const options = { ignorePath, withNodeModules: false };
  const { ignored, inferredParser } = await prettier.getFileInfo(path, options);
  if (ignored || !inferredParser) return null;
  const config = await prettier.resolveConfig(path, { editorconfig: true });
  return prettier.format(text, { ...config, filepath: path });
}

function nearest(folder, name) {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  const parent = dirname(folder);
  const isLast = existsSync(join(folder, '.git')) || parent === folder;
  return isLast ? undefined : nearest(parent, name);
}
`;
