import { expect, it } from 'vitest';
import { chooseSetup, type SetupOptions } from '../../../src/pipeline/repo/choose-setup.ts';
import type { TargetFolder } from '../../../src/pipeline/repo/target-folder.ts';
import type { Workspace } from '../../../src/pipeline/repo/repo.ts';

const alone: TargetFolder = {
  root: '/repo/apps/bot',
  isFolder: true,
  entries: undefined,
  gitRoot: undefined,
  workspace: undefined,
};
const workspace = (covers: boolean, manager?: Workspace['manager']): TargetFolder => ({
  ...alone,
  workspace: { root: '/repo', covers, manager },
});
const options: SetupOptions = { install: true, git: true, userAgent: undefined };

it.each<[string, TargetFolder, Partial<SetupOptions>, object]>([
  [
    'npm installs in the project, and a repository is made',
    alone,
    {},
    { manager: 'npm', installIn: '/repo/apps/bot', commit: true, warnings: [] },
  ],
  [
    'the package manager that started us is taken',
    alone,
    { userAgent: 'pnpm/9.1.0 npm/? node/v20' },
    { manager: 'pnpm' },
  ],
  ['an unknown one is npm', alone, { userAgent: 'cnpm/1' }, { manager: 'npm' }],
  ['--pm beats it', alone, { userAgent: 'pnpm/9', pm: 'bun' }, { manager: 'bun' }],
  [
    'a lock file of the workspace beats it',
    workspace(true, 'yarn'),
    { userAgent: 'npm/10' },
    { manager: 'yarn' },
  ],
  [
    'a wished yarn is the one of the workspace',
    workspace(true, 'yarn-classic'),
    { pm: 'yarn' },
    { manager: 'yarn-classic' },
  ],
  [
    'or the one that started us',
    alone,
    { pm: 'yarn', userAgent: 'yarn/1.22.22' },
    { manager: 'yarn-classic' },
  ],
  [
    'a workspace installs from its root',
    workspace(true),
    {},
    { installIn: '/repo', outside: false, warnings: [] },
  ],
  ['a repository around it is enough', { ...alone, gitRoot: '/repo' }, {}, { commit: false }],
  ['so is --no-git', alone, { git: false }, { commit: false }],
  ['--no-install is heard', alone, { install: false }, { install: false }],
])('%s', (_, place, some, setup) => {
  expect(chooseSetup(place, { ...options, ...some })).toMatchObject(setup);
});

it('a workspace that does not include the project is warned of, and not installed from', () => {
  const { warnings, installIn, outside } = chooseSetup(workspace(false), options);
  expect(warnings).toEqual([
    'The workspace in /repo does not include apps/bot: ' +
      'add it there. Until then it installs separately.',
  ]);
  expect([installIn, outside]).toEqual(['/repo/apps/bot', true]);
});

it('an unknown --pm is refused', () => {
  expect(() => chooseSetup(alone, { ...options, pm: 'pnpn' })).toThrow(
    expect.objectContaining({ hint: 'Did you mean "pnpm"?' }),
  );
});
