import type {
  Decision,
  Format,
  LockedFile,
  Merge,
  Obstacle,
  Project,
  Role,
  Sides,
  Specifiers,
  Verdict,
  Wanted,
  WantedFile,
} from '../types.ts';
import { closest } from './closest.ts';
import { hash } from './hash.ts';
import { hasMarkers } from './markers.ts';
import { lf, reconcile, same } from './reconcile.ts';
import { transform } from './transform.ts';

/** What deciding borrows from outside, and how this repo writes its imports. */
export type Tools = { readonly merge: Merge; readonly format: Format; readonly specifiers: Specifiers };

/** Decides every file that is wanted or was; `force` deletes edited ones that are wanted no more. */
export async function decide(
  wanted: Wanted,
  project: Project,
  tools: Tools,
  force = false,
): Promise<readonly Decision[]> {
  const files = await Promise.all(filesOf(wanted, project).map((file) => withTheirs(file, tools)));
  const here = files.map((file) => inThisRepo(file, tools.specifiers));
  const formatted = await formatAll(here, tools.format);
  return Promise.all(here.map((file, index) => decideFile(file, formatted[index] ?? {}, tools.merge, force)));
}

/** One file with its texts; pristine ones as the registry has them. */
type Open = {
  readonly path: string;
  readonly role: Role;
  readonly owner: string;
  readonly mine: string | undefined;
  readonly obstacle: Obstacle | undefined;
  readonly before: LockedFile | undefined;
  /** Its component was here before this command. */
  readonly isInstalled: boolean;
  /** Its component goes, and it is not upstream that dropped the file. */
  readonly leaves: boolean;
  /** As we wrote it, or as a formatter of the repo's made it look then. */
  readonly isAsWritten: boolean;
  readonly pristine: { readonly base: string | undefined; readonly theirs: string | undefined };
  readonly renderedBefore?: string | undefined;
};

function filesOf(wanted: Wanted, { lock, disk, bases, obstacles }: Project): readonly Open[] {
  const open = (path: string, file: Pick<WantedFile, 'role' | 'owner'>, text: string | undefined): Open => {
    const before = lock?.files[path];
    const mine = disk.get(path);
    return {
      path,
      role: file.role,
      owner: file.owner,
      mine,
      obstacle: obstacles.get(path),
      before,
      isAsWritten: before !== undefined && mine !== undefined && hash(lf(mine)) === before.written,
      leaves: wanted.standing.get(file.owner) === 'leaves',
      isInstalled: lock !== undefined && (Object.hasOwn(lock.components, file.owner) || file.owner === lock.template),
      pristine: { base: before && bases.get(before.base), theirs: text },
    };
  };
  const paths = new Set(wanted.files.map(({ path }) => path));
  const withdrawn = Object.entries(lock?.files ?? {}).filter(
    ([path, { owner }]) => !paths.has(path) && isWithdrawn(owner, wanted, lock),
  );
  const isOpen = (owner: string) => ['fresh', 'renewed'].includes(wanted.standing.get(owner) ?? 'fresh');
  return [
    ...wanted.files
      .filter(({ owner, role }) => role === 'rendered' || isOpen(owner))
      .map((file) => ({ ...open(file.path, file, file.text), renderedBefore: file.before })),
    ...withdrawn.map(([path, file]) => open(path, file, undefined)),
  ];
}

/** Whether a file that is not wanted was its component's: a template's seeds stay whatever becomes of it. */
function isWithdrawn(owner: string, { standing }: Wanted, lock: Project['lock']): boolean {
  return Object.hasOwn(lock?.components ?? {}, owner) && standing.get(owner) !== 'stays';
}

/** Of a rendered file whose templates are not to change yet: only what the wiring adds or takes, on top of its base. */
async function withTheirs(file: Open, { merge }: Tools): Promise<Open> {
  const { renderedBefore, pristine } = file;
  const { base, theirs } = pristine;
  if (renderedBefore === undefined || base === undefined || theirs === undefined || renderedBefore === base)
    return file;
  if (renderedBefore === theirs) return { ...file, pristine: { base, theirs: base } };
  const merged = await wiringMerge(merge)(renderedBefore, base, theirs);
  return merged.kind === 'merged' ? { ...file, pristine: { base, theirs: merged.text } } : file;
}

/** The texts as this repo would hold them. */
type Here = Open & { readonly base: string | undefined; readonly theirs: string | undefined };

function inThisRepo(file: Open, specifiers: Specifiers): Here {
  const { mine, before, pristine, isAsWritten } = file;
  const fit = (text: string | undefined) =>
    text === undefined || !file.path.endsWith('.ts') ? text : transform(text, specifiers);
  // Untouched on both sides: however the repo writes it, there is nothing to find out.
  if (isAsWritten && pristine.theirs !== undefined && hash(pristine.theirs) === before?.base)
    return { ...file, base: mine, theirs: mine };
  // What is still as we wrote it is a base as good as the lost one.
  return { ...file, base: fit(pristine.base) ?? (isAsWritten ? mine : undefined), theirs: fit(pristine.theirs) };
}

type Formatted = { readonly base?: string; readonly theirs?: string };

/** Formats the files where it can matter: those that are new here, and those that differ from their base. */
async function formatAll(files: readonly Here[], format: Format): Promise<readonly Formatted[]> {
  const wishes = files.flatMap(({ path, mine, base, theirs }, index) => {
    if (!path.endsWith('.ts')) return [];
    if (mine !== undefined && (same(mine, base) || same(mine, theirs))) return [];
    const sides = mine === undefined && base !== undefined ? {} : { base, theirs };
    return Object.entries(sides).flatMap(([side, text]) => (text === undefined ? [] : [{ index, side, path, text }]));
  });
  const texts = wishes.length === 0 ? [] : await format(wishes);
  const found = files.map((): Record<string, string> => ({}));
  wishes.forEach(({ index, side }, at) => {
    const text = texts[at];
    const entry = found[index];
    if (text !== undefined && entry) entry[side] = text;
  });
  return found;
}

async function decideFile(file: Here, formatted: Formatted, merge: Merge, force: boolean): Promise<Decision> {
  const sides = sidesOf(file, formatted);
  const { path, role, owner, before, pristine } = file;
  const { base, mine, theirs: here } = sides;
  // Without its base, what is not as we wrote it was edited.
  const edited = before !== undefined && !before.declined && mine !== undefined && !same(mine, base);
  const verdict = await verdictOf(file, sides, role === 'rendered' ? wiringMerge(merge) : merge);
  const isForced = force && file.leaves && verdict.kind === 'keep-mine' && mine !== undefined && !before?.declined;
  const decided = isForced ? ({ kind: 'delete', why: 'you edited it; --force' } as const) : verdict;
  return { path, role, owner, before, mine, base, theirs: pristine.theirs, here, edited, verdict: decided };
}

/** Upstream's change as it came or as the repo's formatter writes it, whichever is nearer to what the user has. */
function sidesOf({ mine, base, theirs, before, isAsWritten }: Here, formatted: Formatted): Sides {
  const known = before !== undefined;
  if (!known) {
    const written = formatted.theirs ?? theirs;
    return {
      known,
      base,
      mine,
      theirs: mine !== undefined && theirs !== undefined && same(mine, theirs) ? theirs : written,
    };
  }
  if (mine === undefined || base === undefined) return { known, base, mine, theirs };
  // Nothing of the user's is in it, whether or not the formatter that it once went through is there today.
  if (isAsWritten) return { known, mine, base: mine, theirs: same(mine, base) ? theirs : (formatted.theirs ?? theirs) };
  const raw = { base, theirs };
  const asFormatted = {
    base: formatted.base ?? base,
    theirs: theirs === undefined ? undefined : (formatted.theirs ?? theirs),
  };
  return { known, mine, ...closest(lf(mine), [raw, asFormatted]) };
}

async function verdictOf(file: Here, sides: Sides, merge: Merge): Promise<Verdict> {
  const { role, obstacle, mine, before, isInstalled, leaves } = file;
  if (before?.declined) return { kind: 'keep-mine' };
  if (role === 'seed' && sides.theirs !== undefined) return seed(sides, obstacle !== undefined, isInstalled);
  if (role === 'seed' && !leaves)
    return mine === undefined ? { kind: 'unchanged' } : { kind: 'keep-mine', why: orphaned };
  if (obstacle) return blocked(obstacle, sides);
  if (before?.conflicted && mine !== undefined && hasMarkers(mine) && sides.theirs !== undefined)
    return same(sides.base, sides.theirs)
      ? { kind: 'keep-mine' }
      : { kind: 'conflict', why: 'it still has the conflict markers of the last update', unfinished: true };
  const verdict = await reconcile(sides, merge);
  // Upstream's change was in it already.
  return verdict.kind === 'merged' && verdict.text === mine ? { kind: 'keep-mine' } : verdict;
}

const orphaned = 'upstream has it no more; it is yours alone now';

function blocked({ why, hash: bytes }: Obstacle, { known, base, theirs }: Sides): Verdict {
  if (theirs === undefined) return { kind: 'keep-mine', why };
  if (known && same(base, theirs)) return { kind: 'keep-mine' };
  return { kind: 'conflict', why, ...(bytes === undefined ? {} : { theirs }) };
}

/** A seed is written once: whatever is there, or was and is no more, is the user's. */
function seed({ known, mine, theirs }: Sides, isBlocked: boolean, isInstalled: boolean): Verdict {
  if (known) return { kind: 'keep-mine' };
  if (mine === undefined && theirs !== undefined && !isBlocked) return { kind: 'create', text: theirs };
  if (same(mine, theirs)) return { kind: 'unchanged' };
  // Said once, when its component comes.
  return isInstalled ? { kind: 'keep-mine' } : { kind: 'keep-mine', why: 'it was there before' };
}

/** The merge for files that are rendered from what is wired; its parser is loaded where there is something to merge. */
function wiringMerge(merge: Merge): Merge {
  return async (base, mine, theirs) => {
    const { mergeWiring } = await import('./merge-wiring.ts');
    return mergeWiring(merge)(base, mine, theirs);
  };
}
