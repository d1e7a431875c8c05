import type { Change } from './change.ts';
import type { Contributed } from '../lock/lock-file.ts';
import { type Entries, pick, without } from '../text/entries.ts';
import {
  type Packages,
  type Section,
  eachSection,
  editPackageJson,
  isHigher,
  missingEntries,
  readPackages,
  sectionNames,
  sectionsOf,
} from '../repo/edit-package-json.ts';
import type { Wanted } from '../render/wanted.ts';
import { toAdd, toRemove } from './contributed.ts';
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
    contributed: eachSection((section) =>
      without({ ...before[section], ...add[section], ...set[section] }, forgotten[section]),
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
  const ours = eachSection((section) =>
    pick(before[section], (name, value) => present[section][name] === value),
  );
  const moved = pick(ours.devDependencies, (name) => Object.hasOwn(needs.dependencies, name));
  const textWithoutMoved = editPackageJson(text, {
    drop: { devDependencies: moved },
    sections: before.sections,
  });
  const unneeded = eachSection((section) => toRemove(before[section], needs[section], wanted));
  const forgotten = {
    ...unneeded,
    devDependencies: { ...unneeded.devDependencies, ...moved },
  };
  return {
    moved,
    textWithoutMoved,
    add: eachSection((section) => {
      const entries = toAdd(needs[section], before[section], wanted);
      return Object.fromEntries(missingEntries(textWithoutMoved, section, entries));
    }),
    set: eachSection((section) => toSet(section, ours[section], wanted)),
    drop: eachSection((section) =>
      pick(forgotten[section], (name) => Object.hasOwn(ours[section], name)),
    ),
    forgotten,
  };
}

/**
 * Returns the entries to overwrite: packages that need a higher range, and scripts
 * that changed and that no other component uses.
 */
function toSet(section: Section, ours: Entries, { needs, namesInUse }: Wanted): Entries {
  return pick(needs[section], (name, value) => {
    const current = ours[name];
    if (current === undefined || current === value) return false;
    return section === 'scripts' ? !namesInUse.has(name) : isHigher(value, current);
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
  return sectionNames.filter((section) => {
    const isOurs = ours.includes(section);
    const isPresent = sectionsAfter.includes(section);
    return sectionsBefore.includes(section) ? isOurs && isPresent : isOurs || isPresent;
  });
}

function packagesIn({ dependencies, devDependencies }: Packages): Entries {
  return { ...dependencies, ...devDependencies };
}

function specsOf(packages: Packages): readonly string[] {
  return Object.entries(packagesIn(packages)).map(([name, range]) => `${name}@${range}`);
}
