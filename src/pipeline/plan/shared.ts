import { UserError } from '../../errors.ts';
import type { Change, Contributed, Entries, Packages, Project, Wanted } from '../../types.ts';
import { appendBlocks, missingLines, missingVariables, removeBlocks, replaceBlock } from './keyed-lines.ts';
import { namesOf, noNeeds } from '../render/needs.ts';
import { editPackageJson, isHigher, missing, readPackages, sectionsOf } from '../repo/package-json.ts';

/** What becomes of the files that a repo shares with us, and what they have of us then. */
export type SharedPlan = {
  readonly changes: readonly Change[];
  readonly contributed: Contributed;
  /** `name@range` of the packages that package.json gains or has in another range. */
  readonly install: readonly string[];
  /** Names of the packages that it loses. */
  readonly uninstall: readonly string[];
};

const kinds = ['scripts', 'dependencies', 'devDependencies'] as const;
type Kind = (typeof kinds)[number];

/**
 * Adds what is needed for the first time, renews what is still as we wrote it, and takes that out once nothing needs
 * it. What was given before and is gone was taken out by the user, and is not given again.
 */
export function planShared(wanted: Wanted, project: Project): SharedPlan {
  for (const path of ['package.json', '.env.example', '.gitignore']) checkWhole(path, project.disk.get(path));
  const before: Contributed = project.lock?.contributed ?? { ...noNeeds, files: [], sections: [] };
  const packages = planPackages(wanted, before, project.disk.get('package.json'));
  const env = planLines('.env.example', wanted, project, {
    add: pick(wanted.needs.env, (name) => !Object.hasOwn(before.env, name) || wanted.fresh.has(name)),
    renew: pick(wanted.needs.env, (name, block) => (before.env[name] ?? block) !== block && !wanted.held.has(name)),
    before: before.env,
    drop: pick(before.env, (name) => !Object.hasOwn(wanted.needs.env, name) && mayGo(name, wanted)),
    missing: missingVariables,
  });
  const lines = (all: readonly string[]): Entries => Object.fromEntries(all.map((line) => [line, `${line}\n`]));
  const ignored = lines(before.gitignore);
  const gitignore = planLines('.gitignore', wanted, project, {
    add: pick(lines(wanted.needs.gitignore), (name) => !Object.hasOwn(ignored, name) || wanted.fresh.has(name)),
    renew: {},
    before: ignored,
    drop: pick(ignored, (name) => !wanted.needs.gitignore.includes(name) && mayGo(name, wanted)),
    missing: missingLines,
  });
  const changes = [packages.change, env.change, gitignore.change].filter((change) => change !== undefined);
  const made = changes.filter(({ kind }) => kind === 'create').map(({ path }) => path);
  const gone = new Set(changes.filter(({ kind }) => kind === 'delete').map(({ path }) => path));
  return {
    changes,
    contributed: {
      ...packages.contributed,
      env: without({ ...before.env, ...env.added, ...env.renewed }, env.dropped),
      gitignore: Object.keys(without({ ...ignored, ...gitignore.added }, gitignore.dropped)),
      sections: packages.sections,
      files: [...new Set([...before.files, ...made])].filter((path) => !gone.has(path)),
    },
    install: packages.install,
    uninstall: packages.uninstall,
  };
}

/** What stands between git's markers may go when they are resolved: nothing is to rely on it. @throws UserError */
function checkWhole(path: string, text: string | undefined): void {
  if (text === undefined || !/^(<{7}|>{7}) /m.test(text)) return;
  throw new UserError(`${path} has conflict markers in it.`, {
    code: 'conflict',
    hint: 'Resolve them, then run this again.',
  });
}

/** What a removal would take out unless something says otherwise: names of packages, variables, and lines. */
export function dropped(wanted: Wanted, { lock }: Project): readonly string[] {
  if (!lock) return [];
  const needed = new Set(namesOf(wanted.needs));
  return namesOf(lock.contributed).filter((name) => !needed.has(name) && mayGo(name, wanted));
}

const mayGo = (name: string, { keeps, droppable }: Wanted): boolean =>
  !keeps.has(name) && (droppable?.has(name) ?? true);

type PackagesPlan = Omit<SharedPlan, 'changes' | 'contributed'> & {
  readonly change: Change | undefined;
  readonly contributed: Packages;
  readonly sections: readonly string[];
};

function planPackages(wanted: Wanted, before: Contributed, mine: string | undefined): PackagesPlan {
  const text = mine ?? wanted.starts.get('package.json') ?? '{}\n';
  const there = readPackages(text);
  const each = (decide: (kind: Kind) => Entries): Packages =>
    Object.fromEntries(kinds.map((kind) => [kind, decide(kind)])) as Packages;
  const ours = each((kind) => pick(before[kind], (name, value) => there[kind][name] === value));
  // What came for tests and is needed to run now changes its place.
  const moved = pick(ours.devDependencies, (name) => name in wanted.needs.dependencies);
  const isUnused = (kind: Kind) => (name: string) => !Object.hasOwn(wanted.needs[kind], name) && mayGo(name, wanted);
  const drop = each((kind) => ({ ...pick(ours[kind], isUnused(kind)), ...(kind === 'devDependencies' ? moved : {}) }));
  const rest = editPackageJson(text, { drop: { devDependencies: moved }, sections: before.sections });
  const add = each((kind) => {
    const fresh = pick(wanted.needs[kind], (name) => !Object.hasOwn(before[kind], name) || wanted.fresh.has(name));
    return Object.fromEntries(missing(rest, kind, fresh));
  });
  const set = each((kind) =>
    pick(wanted.needs[kind], (name, value) => {
      const old = ours[kind][name];
      if (old === undefined || old === value) return false;
      return kind === 'scripts' ? !wanted.held.has(name) : isHigher(value, old);
    }),
  );
  const name = mine === undefined ? wanted.name : undefined;
  const edited = editPackageJson(rest, { name, add, set, drop, sections: before.sections });
  const [had, has] = [sectionsOf(text), sectionsOf(edited)];
  const isOurs = (kind: Kind) => before.sections.includes(kind) || (has.includes(kind) && !had.includes(kind));
  const forgotten = (kind: Kind) => ({
    ...pick(before[kind], isUnused(kind)),
    ...(kind === 'devDependencies' ? moved : {}),
  });
  const specs = Object.fromEntries(
    [add, set].flatMap((one) =>
      Object.entries({ ...one.dependencies, ...one.devDependencies }).map(([name, range]) => [
        `${name}@${range}`,
        range,
      ]),
    ),
  );
  const gone = without({ ...drop.dependencies, ...drop.devDependencies }, moved);
  return {
    change: changeOf(
      'package.json',
      mine,
      edited,
      gains({ ...specs, ...add.scripts, ...set.scripts }, { ...gone, ...drop.scripts }),
    ),
    contributed: each((kind) => without({ ...before[kind], ...add[kind], ...set[kind] }, forgotten(kind))),
    sections: kinds.filter((kind) => isOurs(kind) && (has.includes(kind) || !had.includes(kind))),
    install: Object.keys(specs),
    uninstall: Object.keys(gone),
  };
}

type LinesEdit = {
  readonly add: Entries;
  readonly renew: Entries;
  readonly drop: Entries;
  /** What was appended, to be told from what was edited since. */
  readonly before: Entries;
  readonly missing: (text: string, entries: Entries) => Entries;
};

function planLines(
  path: string,
  { starts }: Wanted,
  { disk, lock }: Project,
  { add, renew, drop, before, missing: lacking }: LinesEdit,
): { change: Change | undefined; added: Entries; renewed: Entries; dropped: Entries } {
  const mine = disk.get(path);
  const start = mine ?? starts.get(path) ?? '';
  const added = lacking(start, add);
  const renewed = Object.entries(renew).reduce(
    (text, [name, block]) => replaceBlock(text, before[name] ?? '', block),
    start,
  );
  const text = removeBlocks(appendBlocks(renewed, Object.values(added)), Object.values(drop));
  const emptied = text === '' && lock?.contributed.files.includes(path) === true && mine !== undefined;
  const change: Change | undefined = emptied
    ? { kind: 'delete', path, role: 'shared', mine }
    : changeOf(path, mine, text, gains({ ...added, ...renew }, drop));
  return { change, added, renewed: renew, dropped: drop };
}

/** What comes and what goes, by name. */
const gains = (added: Entries, dropped: Entries): string =>
  [...Object.keys(added).map((name) => `+ ${name}`), ...Object.keys(dropped).map((name) => `- ${name}`)].join(', ');

function changeOf(path: string, mine: string | undefined, text: string, why = ''): Change | undefined {
  if (mine === undefined) return text === '' ? undefined : { kind: 'create', path, role: 'shared', text };
  if (text === mine) return { kind: 'unchanged', path, role: 'shared' };
  return { kind: 'merged', path, role: 'shared', text, mine, ...(why === '' ? {} : { why }) };
}

const pick = (entries: Entries, isWanted: (name: string, value: string) => boolean): Entries =>
  Object.fromEntries(Object.entries(entries).filter(([name, value]) => isWanted(name, value)));

const without = (entries: Entries, gone: Entries): Entries => pick(entries, (name) => !Object.hasOwn(gone, name));
