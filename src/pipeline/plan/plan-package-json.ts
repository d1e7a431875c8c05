import type { Change } from './change.ts';
import type { Contributed } from '../lock/lock-file.ts';
import type { Entries } from '../text/entries.ts';
import {
  type Packages,
  editPackageJson,
  isHigher,
  missingEntries,
  readPackages,
  sectionsOf,
} from '../repo/edit-package-json.ts';
import type { Wanted } from '../render/wanted.ts';
import { pick, toAdd, toRemove, without } from './contributed.ts';
import { sharedChange } from './shared-change.ts';

/** What becomes of package.json, and what it has of us then; `install` and `uninstall` as in the whole plan. */
export type PackagesPlan = {
  readonly change: Change | undefined;
  readonly contributed: Packages;
  readonly sections: readonly string[];
  readonly install: readonly string[];
  readonly uninstall: readonly string[];
};

const kinds = ['scripts', 'dependencies', 'devDependencies'] as const;
type Kind = (typeof kinds)[number];

/** Plans package.json. @throws UserError when it is not an object */
export function planPackages(
  wanted: Wanted,
  before: Contributed,
  mine: string | undefined,
): PackagesPlan {
  const text = mine ?? wanted.initialTexts.get('package.json') ?? '{}\n';
  const { moved, rest, add, set, drop, forgotten } = stepsOf(wanted, before, text);
  const { sections } = before;
  const name = mine === undefined ? wanted.name : undefined;
  const edited = editPackageJson(rest, { name, add, set, drop, sections });
  const install = [add, set].flatMap((one) =>
    Object.entries(packagesIn(one)).map((spec) => spec.join('@')),
  );
  const uninstall = Object.keys(without(packagesIn(drop), moved));
  const placed = Object.keys(without(moved, add.dependencies)).map(
    (one) => `${one} (devDependencies)`,
  );
  return {
    change: sharedChange('package.json', mine, edited, {
      comes: [...install, ...Object.keys({ ...add.scripts, ...set.scripts })],
      goes: [...uninstall, ...placed, ...Object.keys(drop.scripts)],
    }),
    contributed: each((kind) =>
      without({ ...before[kind], ...add[kind], ...set[kind] }, forgotten[kind]),
    ),
    sections: ourSections(sections, sectionsOf(text), sectionsOf(edited)),
    install,
    uninstall,
  };
}

type Steps = {
  /** What came for tests and is needed to run now changes its place. */
  readonly moved: Entries;
  /** The text without that, so that it is missing in its new place. */
  readonly rest: string;
  readonly add: Packages;
  readonly set: Packages;
  readonly drop: Packages;
  /** What is not ours any more, dropped or not. */
  readonly forgotten: Packages;
};

function stepsOf(wanted: Wanted, before: Contributed, text: string): Steps {
  const { needs, namesInUse: held } = wanted;
  const there = readPackages(text);
  const ours = each((kind) => pick(before[kind], (name, value) => there[kind][name] === value));
  const moved = pick(ours.devDependencies, (name) => Object.hasOwn(needs.dependencies, name));
  const rest = editPackageJson(text, {
    drop: { devDependencies: moved },
    sections: before.sections,
  });
  const forgotten = each((kind) => ({
    ...toRemove(before[kind], needs[kind], wanted),
    ...(kind === 'devDependencies' ? moved : {}),
  }));
  return {
    moved,
    rest,
    add: each((kind) =>
      Object.fromEntries(missingEntries(rest, kind, toAdd(needs[kind], before[kind], wanted))),
    ),
    set: each((kind) =>
      pick(needs[kind], (name, value) => {
        const old = ours[kind][name];
        if (old === undefined || old === value) return false;
        return kind === 'scripts' ? !held.has(name) : isHigher(value, old);
      }),
    ),
    // What the user changed since is theirs.
    drop: each((kind) => pick(forgotten[kind], (name) => Object.hasOwn(ours[kind], name))),
    forgotten,
  };
}

/** The sections that were made for us: those that are there, and those that the user took out before. */
function ourSections(
  ours: readonly string[],
  had: readonly string[],
  has: readonly string[],
): readonly string[] {
  return kinds.filter((kind) =>
    had.includes(kind)
      ? ours.includes(kind) && has.includes(kind)
      : ours.includes(kind) || has.includes(kind),
  );
}

function each(make: (kind: Kind) => Entries): Packages {
  return {
    scripts: make('scripts'),
    dependencies: make('dependencies'),
    devDependencies: make('devDependencies'),
  };
}

const packagesIn = ({ dependencies, devDependencies }: Packages): Entries => ({
  ...dependencies,
  ...devDependencies,
});
