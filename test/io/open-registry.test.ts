import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderReader, openRegistry } from '../../src/io/open-registry.ts';
import { formatRegistry } from '../../src/pipeline/registry/registry-json.ts';
import { component } from '../support/pipeline/fixtures.ts';
import { tempFolder } from '../support/project/temp.ts';

async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await tempFolder();
  await mkdir(join(folder, 'agent'));
  await Promise.all(
    Object.entries(files).map(([path, text]) => writeFile(join(folder, path), text)),
  );
  return folder;
}

it('reads its components, and their files when asked, without carriage returns', async () => {
  const loop = component('loop', {
    files: [{ from: 'agent/loop.ts', to: 'loop.ts', role: 'source' }],
  });
  const text = formatRegistry([loop], { version: '0.2.0', homepage: 'https://example.org' });
  const folder = await folderWith({ 'registry.json': text, 'agent/loop.ts': '\uFEFFloop\r\n' });
  const registry = await openRegistry(folder, 'mine');
  expect(registry).toMatchObject({ source: 'mine', version: '0.2.0', components: [loop] });
  expect(await registry.read('agent/loop.ts')).toBe('\uFEFFloop\n');
});

it('that is not there is said', async () => {
  await expect(openRegistry('/nowhere', 'x')).rejects.toMatchObject({ code: 'not-found' });
});

it('refuses a link to a file outside its folder', async () => {
  const folder = await folderWith({});
  await symlink('/etc/hostname', join(folder, 'agent/loop.ts'));
  await expect(folderReader(folder)('agent/loop.ts')).rejects.toThrow(
    'it links to a file outside its folder',
  );
});

it.each<[string, Readonly<Record<string, Uint8Array>>, string]>([
  ['that is missing', {}, 'a manifest names it, but it does not exist'],
  ['that is no text', { 'agent/loop.ts': Uint8Array.of(0xff, 0xfe, 0x00) }, 'is not UTF-8 text'],
  ['that is too large', { 'agent/loop.ts': new Uint8Array(5_000_001) }, 'it is larger than 5 MB'],
])('refuses a file %s', async (_, files, why) => {
  await expect(folderReader(await folderWith(files))('agent/loop.ts')).rejects.toThrow(why);
});
