import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { home } from './package.ts';
import { filesUnder } from '../project/temp.ts';

/** A component as registry.json has it. */
export type Item = {
  readonly name: string;
  readonly files: { path: string; type: string; target: string }[];
  readonly meta: {
    changes: object[];
    wires: object[];
    roles: Record<string, string>;
    moreTests?: string[];
    renamed?: object | undefined;
  };
};
type RegistryJson = { version: string; items: readonly Item[] };

/** The release sentence of the next version of every component. */
export const sentence = 'Something is better now.';

const ping = `import * as z from 'zod';

/** Answers. */
export const ping = {
  awaits: 'message' as const,
  schema: z.object({ intent: z.literal('ping') }).describe('Say that you are there.'),
};
`;
const pong = { slot: 'tools', key: 'ping', name: 'ping', from: './tools/ping.ts', value: 'ping' };

/**
 * The line that the next version of a file has at the top. `path` is relative to the agent's
 * folder.
 */
export const upstreamLine = (path: string): string =>
  `export const upstream_${identifier(path)} = true;`;

/** Converts a path to a part of an identifier. */
export const identifier = (path: string): string => path.replaceAll(/\W/g, '_');

/** Copies our registry to a folder. `change` returns the components of the copy. */
export async function copyRegistry(
  folder: string,
  change: (items: readonly Item[]) => readonly Item[] = (items) => items,
): Promise<void> {
  await cp(join(home, 'registry'), folder, { recursive: true });
  await changeRegistry(folder, change);
}

/** Changes the components of a folder's registry. */
export async function changeRegistry(
  folder: string,
  change: (items: readonly Item[]) => readonly Item[],
): Promise<void> {
  const path = join(folder, 'registry.json');
  const json = JSON.parse(await readFile(path, 'utf8')) as RegistryJson;
  await writeFile(path, JSON.stringify({ ...json, items: change(json.items) }, undefined, 2));
}

/** Changes files of a folder's registry. Their paths are relative to the agent's folder. */
export async function changeFiles(
  folder: string,
  isChanged: (path: string) => boolean,
  change: (text: string) => string,
): Promise<void> {
  for (const path of (await filesUnder(join(folder, 'agent'))).filter(isChanged)) {
    const file = join(folder, 'agent', path);
    await writeFile(file, change(await readFile(file, 'utf8')));
  }
}

/**
 * Writes the next version of our registry to a folder: each file has one more line at the top, and
 * `tools` has one more tool.
 */
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
