import { join } from 'node:path';
import { expect, it } from 'vitest';
import { filesOnly, succeed } from '../support/cli/run.ts';
import { passOwnChecks } from '../support/project/own-checks.ts';
import { tempFolder } from '../support/project/temp.ts';
import { linkPackages } from '../support/project/toolchain.ts';
import { templates } from '../support/registry/package.ts';

const names = templates.offered.map(({ name }) => name);
// The starter as it comes is in starter.story.test.ts.
const asTheyCome = names.filter((name) => name !== 'starter').map((name) => [name, []] as const);
const withAllTests = names.map((name) => [name, ['--all-tests']] as const);

it('there are further templates', () => {
  expect(asTheyCome).not.toEqual([]);
});

it.each<readonly [string, readonly string[]]>([...asTheyCome, ...withAllTests])(
  '%s %j compiles, lints and passes its tests by its own scripts',
  async (name, flags) => {
    const folder = await tempFolder();
    await succeed(folder, 'bot', '--template', name, ...flags, ...filesOnly);
    await linkPackages(join(folder, 'bot'));
    await passOwnChecks(join(folder, 'bot'));
  },
);
