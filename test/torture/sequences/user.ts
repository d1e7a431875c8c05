import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Random } from '../../support/random.ts';
import { editLines, tagged, textOf } from '../merges/edits.ts';

/** What is the user's in a repo: the tags in each file's text that no command may lose. */
export type Mine = Map<string, readonly string[]>;

const shared = ['.gitignore', '.env.example', 'README.md', 'src/index.ts'];
const markerLine = /^(<{7} yours|\|{7} base.*|={7}|>{7} upstream)\r?$/;

/**
 * Lets the user do something at random to a file; what, or `undefined` where there was nothing to
 * do.
 */
export async function act(root: string, mine: Mine, random: Random): Promise<string | undefined> {
  const paths = await filesOf(root);
  if (paths.length === 0) return undefined;
  const ours = paths[random.below(paths.length)] ?? 'README.md';
  const rendered =
    paths.find((one) => one.endsWith(random.one(['/agent.ts', '/tools.ts']))) ?? ours;
  const path = random.one([ours, ours, ours, ours, rendered, random.one(['README.md', ...shared])]);
  const text = await readFile(join(root, path), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const marked = text.split('\n').some((line) => markerLine.test(line));
  const kind = random.below(20);
  if (kind === 0 && !shared.includes(path)) {
    await rm(join(root, path));
    mine.delete(path);
    return `deletes ${path}`;
  }
  if (kind === 1 && !shared.includes(path)) {
    await rm(join(root, path));
    await symlink('/nowhere', join(root, path));
    mine.delete(path);
    return `links ${path}`;
  }
  if (kind === 2 && path !== 'README.md' && (await moveFolder(root, mine)))
    return 'moves the folder';
  const changed =
    marked && kind < 14 ? resolveMarkers(text, random) : edit(text, path, kind, random);
  await writeFile(join(root, path), changed);
  mine.set(path, tagsOf(changed));
  return `${marked ? 'resolves' : 'edits'} ${path} (${kind})`;
}

const tagsOf = (text: string): readonly string[] =>
  (text.match(tagged) ?? []).filter((tag) => tag.startsWith('zqu'));

function edit(text: string, path: string, kind: number, random: Random): string {
  // A tag stands behind a # in files that have no other comments.
  if (!path.endsWith('.ts'))
    return `${text}${text.endsWith('\n') || text === '' ? '' : '\n'}# zqu${random.below(1e6)}\n`;
  if (kind === 3)
    return text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text.replaceAll('\n', '\r\n');
  if (kind === 4) return text.startsWith('\uFEFF') ? text.slice(1) : `\uFEFF${text}`;
  if (kind === 5) return text.trimEnd();
  const { lines } = editLines(text, 'u', random, kind % 2 === 0);
  return textOf(lines);
}

/** Takes the markers out: keeps both sides, or one of them, with what it says of the user's. */
function resolveMarkers(text: string, random: Random): string {
  const keeps = random.one(['both', 'yours', 'upstream']);
  let part = 'both';
  const lines = text.split('\n').filter((line) => {
    if (!markerLine.test(line))
      return part === 'both' || part === keeps || (keeps === 'both' && part !== 'base');
    part = line.startsWith('<')
      ? 'yours'
      : line.startsWith('|')
        ? 'base'
        : line.startsWith('=')
          ? 'upstream'
          : 'both';
    return false;
  });
  return lines.join('\n');
}

/** The components' folder gets another name, and the configuration says so. */
async function moveFolder(root: string, mine: Mine): Promise<boolean> {
  const file = join(root, '12-factor.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const config = JSON.parse(text) as { dir: string };
  const to = config.dir === 'src/agent' ? 'lib/bot' : 'src/agent';
  if ((await readdir(join(root, to)).catch(() => [])).length > 0) return false;
  await mkdir(dirname(join(root, to)), { recursive: true });
  await rm(join(root, to), { recursive: true, force: true });
  const moved = await rename(join(root, config.dir), join(root, to)).then(
    () => true,
    () => false,
  );
  if (!moved) return false;
  await writeFile(file, text.replace(JSON.stringify(config.dir), JSON.stringify(to)));
  for (const [path, tags] of new Map(mine)) {
    if (!path.startsWith(`${config.dir}/`)) continue;
    mine.delete(path);
    mine.set(to + path.slice(config.dir.length), tags);
  }
  return true;
}

/** The files that the lock names and that are there. */
async function filesOf(root: string): Promise<readonly string[]> {
  const text = await readFile(join(root, '.12-factor/lock.json'), 'utf8').catch(
    () => '{"files":{}}',
  );
  const { dir = '', files } = JSON.parse(text) as { dir?: string; files: object };
  const config = await readFile(join(root, '12-factor.json'), 'utf8').catch(() => undefined);
  const now = config === undefined ? dir : (JSON.parse(config) as { dir: string }).dir;
  return Object.keys(files).map((path) =>
    path.startsWith(`${dir}/`) ? now + path.slice(dir.length) : path,
  );
}
