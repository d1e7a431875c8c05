import { join } from 'node:path';
import { expect, it } from 'vitest';
import { filesOnly, succeed } from '../support/cli/run.ts';
import { passOwnChecks } from '../support/project/own-checks.ts';
import { tempFolder } from '../support/project/temp.ts';
import { linkPackages } from '../support/project/toolchain.ts';
import { templates } from '../support/registry/package.ts';

// The starter is in starter.story.test.ts.
const names = templates.offered.map(({ name }) => name).filter((name) => name !== 'starter');

it('there are further templates', () => {
  expect(names).not.toEqual([]);
});

it.each(names)('%s compiles, lints and passes its tests by its own scripts', async (name) => {
  const folder = await tempFolder();
  await succeed(folder, 'bot', '--template', name, ...filesOnly);
  await linkPackages(join(folder, 'bot'));
  await passOwnChecks(join(folder, 'bot'));
});
