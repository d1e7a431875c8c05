import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { succeed } from '../support/cli/run.ts';
import { tempFolder } from '../support/project/temp.ts';

const quick = ['--yes', '--no-install'] as const;
const imported =
  "import { exportCommand, importCommand, importFromCommand } from './transfer.ts';\n";
const entries =
  "  export: exportCommand,\n  import: importCommand,\n  'import-from': importFromCommand,\n";

async function createShop(...flags: readonly string[]): Promise<string> {
  const folder = await tempFolder();
  await succeed(folder, 'shop', ...quick, '--no-git', ...flags);
  return join(folder, 'shop');
}

const readCommands = (shop: string): Promise<string> =>
  readFile(join(shop, 'src/agent/terminal/commands.ts'), 'utf8');

it('add puts the commands of a component into commands.ts, and remove takes them out', async () => {
  const shop = await createShop();
  const before = await readCommands(shop);
  await succeed(shop, 'add', 'transfer', ...quick);
  const added = await readCommands(shop);
  expect(added.replace(imported, '').replace(entries, '')).toBe(before);
  expect(added).toContain(imported);
  expect(added).toContain(entries);
  await succeed(shop, 'remove', 'transfer', ...quick);
  expect(await readCommands(shop)).toBe(before);
});

it('add fork brings its commands, and so does a server', async () => {
  const shop = await createShop();
  expect(await readCommands(shop)).not.toContain('forkCommand');
  await succeed(shop, 'add', 'fork', ...quick);
  const added = await readCommands(shop);
  expect(added).toContain('  fork: forkCommand,\n  lift: liftCommand,\n');
  expect(await readCommands(await createShop('--with', 'server'))).toContain('fork: forkCommand');
});

it('create with a server connects the terminal to servers', async () => {
  expect(await readCommands(await createShop('--with', 'server'))).toContain('url: remoteFlag');
});

it('add server connects the terminal to servers, until the user removes that', async () => {
  const shop = await createShop();
  await succeed(shop, 'add', 'server', ...quick);
  expect(await readCommands(shop)).toContain('url: remoteFlag');
  await succeed(shop, 'remove', 'remote', ...quick);
  await succeed(shop, 'add', 'ask', ...quick);
  expect(await readCommands(shop)).not.toContain('url: remoteFlag');
});
