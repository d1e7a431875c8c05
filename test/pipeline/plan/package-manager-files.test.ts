import { describe, expect, it } from 'vitest';
import {
  settingsFor,
  withIgnores,
  withSettings,
} from '../../../src/pipeline/plan/package-manager-files.ts';
import type { Entries } from '../../../src/pipeline/text/entries.ts';
import type { PackageManager } from '../../../src/pipeline/repo/package-manager.ts';
import type { Plan } from '../../../src/pipeline/plan/change.ts';
import type { Wanted } from '../../../src/pipeline/render/wanted.ts';

const paths = (manager: PackageManager, installIn: string) =>
  Object.keys(settingsFor({ manager, installIn }, '/bot'));

describe('a new project has the settings of its package manager', () => {
  it.each<[PackageManager, readonly string[]]>([
    ['npm', []],
    ['pnpm', ['pnpm-workspace.yaml']],
    ['yarn', ['.yarnrc.yml', 'yarn.lock']],
    ['yarn-classic', []],
    ['bun', []],
  ])('%s: %j', (manager, files) => {
    expect(paths(manager, '/bot')).toEqual(files);
  });

  it('but not in a workspace, whose root has them', () => {
    expect([...paths('pnpm', '/'), ...paths('yarn', '/')]).toEqual([]);
  });
});

it('they are shown, and in no lock', () => {
  const plan = { changes: [], lock: {} } as unknown as Plan;
  const settings: Entries = { '.yarnrc.yml': 'nodeLinker: node-modules\n' };
  const [change] = withSettings(plan, settings).changes;
  expect(change).toEqual({
    kind: 'create',
    role: 'shared',
    path: '.yarnrc.yml',
    text: settings['.yarnrc.yml'],
  });
});

it.each<[PackageManager, string]>([
  ['yarn', 'dist/\n.pnp.*\n.yarn/*\n!.yarn/patches\n!.yarn/plugins\n!.yarn/releases\n'],
  ['yarn-classic', 'dist/\n'],
  ['npm', 'dist/\n'],
])('what %s keeps for itself does not come into git', (manager, text) => {
  const wanted = { initialTexts: new Map([['.gitignore', 'dist/\n']]) } as unknown as Wanted;
  expect(withIgnores(wanted, manager).initialTexts.get('.gitignore')).toBe(text);
});
