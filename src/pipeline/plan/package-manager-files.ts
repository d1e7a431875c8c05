import type { Change, Plan } from './change.ts';
import type { Entries } from '../text/entries.ts';
import type { PackageManager } from '../repo/package-manager.ts';
import type { Setup } from '../repo/choose-setup.ts';
import type { Wanted } from '../render/wanted.ts';

// Builds at installing are refused by newer versions unless they are answered; what is here needs none.
const pnpmSettings = `packages:
  - .
allowBuilds:
  esbuild: false
`;

// As its own init has it.
const yarnIgnores = `.pnp.*
.yarn/*
!.yarn/patches
!.yarn/plugins
!.yarn/releases
`;

const filesFor: Readonly<Partial<Record<PackageManager, Entries>>> = {
  pnpm: { 'pnpm-workspace.yaml': pnpmSettings },
  // Without a lock file of its own it would be taken for a part of what is around it.
  yarn: { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' },
};

/** What git is not to take of a package manager's own, in a new project. */
export function withIgnores(wanted: Wanted, manager: PackageManager): Wanted {
  if (manager !== 'yarn') return wanted;
  const path = '.gitignore';
  return {
    ...wanted,
    initialTexts: new Map([
      ...wanted.initialTexts,
      [path, (wanted.initialTexts.get(path) ?? '') + yarnIgnores],
    ]),
  };
}

/** The settings that a package manager wants of a new project, by path; in a workspace its root has them. */
export function settingsFor(
  { manager, installIn }: Pick<Setup, 'manager' | 'installIn'>,
  root: string,
): Entries {
  return (installIn === root && filesFor[manager]) || {};
}

/** A new project's plan as it is shown: with its settings, which are the user's from then on, so no lock knows them. */
export function withSettings(plan: Plan, settings: Entries): Plan {
  const changes = Object.entries(settings).map(([path, text]): Change => ({
    kind: 'create',
    path,
    role: 'shared',
    text,
  }));
  return { ...plan, changes: [...plan.changes, ...changes] };
}
