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

/**
 * The plan for package.json. `contributed` and `sections` are the entries and the
 * sections of the tool after the change; `install` and `uninstall` are as in
 * `Plan`.
 */
export type PackagesPlan = {
  readonly change: Change | undefined;
  readonly contributed: Packages;
  readonly sections: readonly string[];
  readonly install: readonly string[];
  readonly uninstall: readonly string[];
};

const kinds = ['scripts', 'dependencies', 'devDependencies'] as const;
type Kind = (typeof kinds)[number];

/**
 * Plans package.json.
 * @throws UserError if it is not a JSON object
 */
export function planPackages(
  wanted: Wanted,
  before: Contributed,
  mine: string | undefined,
): PackagesPlan {
  const text = mine ?? wanted.initialTexts.get('package.json') ?? '{}\n';
  const { moved, textWithoutMoved, add, set, drop, forgotten } = stepsOf(wanted, before, text);
  const name = mine === undefined ? wanted.name : undefined;
  const { sections } = before;
  const edited = editPackageJson(textWithoutMoved, { name, add, set, drop, sections });
  const install = [add, set].flatMap(specsOf);
  const uninstall = Object.keys(without(packagesIn(drop), moved));
  const movedNames = Object.keys(without(moved, add.dependencies));
  return {
    change: sharedChange('package.json', mine, edited, {
      added: [...install, ...Object.keys({ ...add.scripts, ...set.scripts })],
      removed: [
        ...uninstall,
        ...movedNames.map((one) => `${one} (devDependencies)`),
        ...Object.keys(drop.scripts),
      ],
    }),
    contributed: eachKind((kind) =>
      without({ ...before[kind], ...add[kind], ...set[kind] }, forgotten[kind]),
    ),
    sections: ourSections(sections, sectionsOf(text), sectionsOf(edited)),
    install,
    uninstall,
  };
}

type Steps = {
  /** The packages that move from `devDependencies` to `dependencies`. */
  readonly moved: Entries;
  /** The text without the moved packages, so that they are added in their new place. */
  readonly textWithoutMoved: string;
  readonly add: Packages;
  readonly set: Packages;
  readonly drop: Packages;
  /** The entries that the tool no longer owns, whether they are dropped or not. */
  readonly forgotten: Packages;
};

function stepsOf(wanted: Wanted, before: Contributed, text: string): Steps {
  const { needs } = wanted;
  const present = readPackages(text);
  // An entry that the user changed is the user's.
  const ours = eachKind((kind) =>
    pick(before[kind], (name, value) => present[kind][name] === value),
  );
  const moved = pick(ours.devDependencies, (name) => Object.hasOwn(needs.dependencies, name));
  const textWithoutMoved = editPackageJson(text, {
    drop: { devDependencies: moved },
    sections: before.sections,
  });
  const unneeded = eachKind((kind) => toRemove(before[kind], needs[kind], wanted));
  const forgotten = {
    ...unneeded,
    devDependencies: { ...unneeded.devDependencies, ...moved },
  };
  return {
    moved,
    textWithoutMoved,
    add: eachKind((kind) => {
      const entries = toAdd(needs[kind], before[kind], wanted);
      return Object.fromEntries(missingEntries(textWithoutMoved, kind, entries));
    }),
    set: eachKind((kind) => toSet(kind, ours[kind], wanted)),
    drop: eachKind((kind) => pick(forgotten[kind], (name) => Object.hasOwn(ours[kind], name))),
    forgotten,
  };
}

/**
 * Returns the entries to overwrite: packages that need a higher range, and scripts
 * that changed and that no other component uses.
 */
function toSet(kind: Kind, ours: Entries, { needs, namesInUse }: Wanted): Entries {
  return pick(needs[kind], (name, value) => {
    const current = ours[name];
    if (current === undefined || current === value) return false;
    return kind === 'scripts' ? !namesInUse.has(name) : isHigher(value, current);
  });
}

/**
 * Returns the sections of package.json that the tool made. A section that the user
 * removed still counts.
 */
function ourSections(
  ours: readonly string[],
  sectionsBefore: readonly string[],
  sectionsAfter: readonly string[],
): readonly string[] {
  return kinds.filter((kind) => {
    const isOurs = ours.includes(kind);
    const isPresent = sectionsAfter.includes(kind);
    return sectionsBefore.includes(kind) ? isOurs && isPresent : isOurs || isPresent;
  });
}

function eachKind(make: (kind: Kind) => Entries): Packages {
  return {
    scripts: make('scripts'),
    dependencies: make('dependencies'),
    devDependencies: make('devDependencies'),
  };
}

function packagesIn({ dependencies, devDependencies }: Packages): Entries {
  return { ...dependencies, ...devDependencies };
}

function specsOf(packages: Packages): readonly string[] {
  return Object.entries(packagesIn(packages)).map(([name, range]) => `${name}@${range}`);
}
