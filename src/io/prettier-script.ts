/**
 * Runs in a process of its own, with the user's prettier: texts on stdin, as `{ root, files }`, the formatted ones on
 * the last line of stdout, null where prettier cannot or would not. Source text, because the bundle has no other files.
 */
export const formatWithPrettier = `
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const { root, files } = JSON.parse(await readAll(process.stdin));
const loaded = await import(pathToFileURL(createRequire(join(root, 'package.json')).resolve('prettier')).href);
const prettier = loaded.resolveConfig ? loaded : loaded.default;
const ignorePath = nearest(root, '.prettierignore');
const answers = [];
for (const { path, text } of files) answers.push(await format(path, text).catch(() => null));
process.stdout.write('\\n' + JSON.stringify(answers), () => process.exit(0));

async function format(path, text) {
  const { ignored, inferredParser } = await prettier.getFileInfo(path, { ignorePath, withNodeModules: false });
  if (ignored || !inferredParser) return null;
  const config = await prettier.resolveConfig(path, { editorconfig: true });
  return prettier.format(text, { ...config, filepath: path });
}

function nearest(folder, name) {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  return existsSync(join(folder, '.git')) || dirname(folder) === folder ? undefined : nearest(dirname(folder), name);
}
`;
