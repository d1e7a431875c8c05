import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { home } from './package.ts';
import { filesUnder } from '../project/temp.ts';

/** A component as registry.json has it. */
export type Item = {
  readonly name: string;
  readonly files: { path: string; type: string; target: string }[];
  readonly meta: { changes: object[]; wires: object[]; roles: Record<string, string> };
};
type RegistryJson = { version: string; items: readonly Item[] };

/** What the next version of every component has to say for itself. */
export const sentence = 'Something is better now.';

const ping = `import * as z from 'zod';

/** Answers. */
export const ping = {
  awaits: 'message' as const,
  schema: z.object({ intent: z.literal('ping') }).describe('Say that you are there.'),
};
`;
const pong = { slot: 'tools', key: 'ping', name: 'ping', from: './tools/ping.ts', value: 'ping' };

/** The line that the next version of a file has on top, as text of ours; `path` is relative to the agent's folder. */
export const upstreamLine = (path: string): string =>
  `export const upstream_${identifier(path)} = true;`;

/** A path as a part of a name. */
export const identifier = (path: string): string => path.replaceAll(/\W/g, '_');

/** Makes a folder a copy of our registry with other components: `change` gives them. */
export async function copyRegistry(
  folder: string,
  change: (items: readonly Item[]) => readonly Item[] = (items) => items,
): Promise<void> {
  await cp(join(home, 'registry'), folder, { recursive: true });
  await changeRegistry(folder, change);
}

/** Gives a folder's registry other components. */
export async function changeRegistry(
  folder: string,
  change: (items: readonly Item[]) => readonly Item[],
): Promise<void> {
  const path = join(folder, 'registry.json');
  const json = JSON.parse(await readFile(path, 'utf8')) as RegistryJson;
  await writeFile(path, JSON.stringify({ ...json, items: change(json.items) }, undefined, 2));
}

/** Changes every file of a folder's registry whose path, from the agent's folder, is asked for. */
export async function changeFiles(
  folder: string,
  isAsked: (path: string) => boolean,
  change: (text: string) => string,
): Promise<void> {
  for (const path of (await filesUnder(join(folder, 'agent'))).filter(isAsked)) {
    const file = join(folder, 'agent', path);
    await writeFile(file, change(await readFile(file, 'utf8')));
  }
}

/** Makes a folder the next version of our registry: each file has one line more on top, and `tools` one tool more. */
export async function releaseNext(folder: string, version = '0.2.0'): Promise<void> {
  await cp(join(home, 'registry'), folder, { recursive: true });
  const json = JSON.parse(await readFile(join(folder, 'registry.json'), 'utf8')) as RegistryJson;
  json.version = version;
  for (const { name, files, meta } of json.items) {
    meta.changes.unshift({ version, sentence });
    for (const { path } of files) {
      const text = await readFile(join(folder, path), 'utf8');
      await writeFile(join(folder, path), `${upstreamLine(path.slice('agent/'.length))}\n${text}`);
    }
    if (name !== 'tools') continue;
    files.push({
      path: 'agent/tools/ping.ts',
      type: 'registry:file',
      target: 'src/agent/tools/ping.ts',
    });
    meta.wires.push(pong);
  }
  await writeFile(join(folder, 'agent/tools/ping.ts'), ping);
  await writeFile(join(folder, 'registry.json'), JSON.stringify(json, undefined, 2));
}
