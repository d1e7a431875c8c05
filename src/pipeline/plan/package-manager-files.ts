import type { Change, Plan } from './change.ts';
import type { Entries } from '../text/entries.ts';
import type { PackageManager } from '../repo/package-manager.ts';
import type { Setup } from '../repo/choose-setup.ts';
import type { Wanted } from '../render/wanted.ts';

// Newer versions of pnpm fail if a build script is neither allowed nor refused. This one is not
// needed.
const pnpmSettings = `packages:
  - .
allowBuilds:
  esbuild: false
`;

// The lines that `yarn init` writes.
const yarnIgnores = `.pnp.*
.yarn/*
!.yarn/patches
!.yarn/plugins
!.yarn/releases
`;

const filesFor: Readonly<Partial<Record<PackageManager, Entries>>> = {
  pnpm: { 'pnpm-workspace.yaml': pnpmSettings },
  // Without its own yarn.lock, yarn takes the project for a part of a project around it.
  yarn: { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' },
};

/** Adds the package manager's own files to the `.gitignore` of a new project. */
export function withIgnores(wanted: Wanted, manager: PackageManager): Wanted {
  if (manager !== 'yarn') return wanted;
  const path = '.gitignore';
  const text = (wanted.initialTexts.get(path) ?? '') + yarnIgnores;
  return { ...wanted, initialTexts: new Map([...wanted.initialTexts, [path, text]]) };
}

/**
 * Returns the settings files of a new project, path to text. A project in a
 * workspace has none, because they belong to the root of the workspace.
 */
export function settingsFor(
  { manager, installIn }: Pick<Setup, 'manager' | 'installIn'>,
  root: string,
): Entries {
  return (installIn === root && filesFor[manager]) || {};
}

/**
 * Adds the settings files to the plan that is shown for a new project. The lock
 * does not have them, because they belong to the user.
 */
export function withSettings(plan: Plan, settings: Entries): Plan {
  const changes = Object.entries(settings).map(([path, text]): Change => ({
    kind: 'create',
    path,
    role: 'shared',
    text,
  }));
  return { ...plan, changes: [...plan.changes, ...changes] };
}
