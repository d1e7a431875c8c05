import { findUnneeded } from '../io/find-ignored.ts';
import { readProject } from '../io/read-project.ts';
import { readSources } from '../io/read-sources.ts';
import { collectFromSources } from '../io/read-imports.ts';
import { decide } from '../pipeline/decide/decide.ts';
import type { Decision } from '../pipeline/decide/decision.ts';
import type { Project } from '../pipeline/decide/project-state.ts';
import { type Followed, followMoves, type Moves } from '../pipeline/decide/follow-moves.ts';
import { formatFollowed } from '../pipeline/decide/keep-formatted.ts';
import type { Moved } from '../pipeline/moves/follow-imports.ts';
import { followSource, type SourceFile } from '../pipeline/moves/follow-source.ts';
import { allMoves } from '../pipeline/moves/find-moves.ts';
import { absentLines } from '../pipeline/plan/keyed-lines.ts';
import type { Materials } from '../pipeline/render/materials.ts';
import { changedComponents } from '../pipeline/render/render-lock.ts';
import { render } from '../pipeline/render/render.ts';
import type { Wanted } from '../pipeline/render/wanted.ts';
import { type ChangeRequest, requestNothing } from '../pipeline/resolve/change-request.ts';
import {
  installedWiring,
  resolveChange,
  selectInstalled,
} from '../pipeline/resolve/resolve-change.ts';
import type { Selection } from '../pipeline/resolve/selection.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import { showProgress } from '../ui/show-progress.ts';
import type { Context } from './context.ts';
import type { Opened } from './open-project.ts';

/** The result of a command before anything is written: every file is decided. */
export type Proposal = {
  readonly selection: Selection;
  readonly wanted: Wanted;
  /** The project after the moves of the command. */
  readonly project: Project;
  /** The project before them. The same object if there are none. */
  readonly onDisk: Project;
  readonly moved: Moved;
  /** Other files of the user that import or name moved files. */
  readonly sources: readonly SourceFile[];
  readonly decisions: readonly Decision[];
  /** Lines of .gitignore that an added component needs, but whose path git tracks. */
  readonly tracked: readonly string[];
};

/** The choices that change decisions; without them, all are decided as by default. */
type Choices = {
  /** Whether edited files of removed components are deleted too. */
  readonly force?: boolean;
  /** The owners whose refused hunks are in conflict again. */
  readonly reconsidered?: ReadonlySet<string> | undefined;
};

/**
 * Runs the stages of the pipeline up to the decisions. `status`, `diff` and `doctor` stop here.
 *
 *     arguments -> Request -resolve-> Selection -render-> Wanted -decide-> Decisions
 *                     ^ Catalogue          ^ texts        ^ Project (lock file, bases, disk)
 *     Decisions -plan-> Plan -transact-> disk
 *
 * Before the decisions, the moves are made in the project that the later stages see.
 */
export async function proposeChanges(
  opened: Opened,
  change: ChangeRequest,
  context: Context,
  { force, reconsidered }: Choices = {},
): Promise<Proposal> {
  const selection = resolveChange(change, opened);
  const materials = await materialsFor(selection, opened, context);
  const rendered = render(selection, withInstalled(materials, change, opened));
  const onDisk = await readProject(opened.repo.root, rendered, opened.installed);
  const needed = await withoutUnneeded(rendered, onDisk, opened.repo, context);
  const { tracked } = needed;
  const wanted = withNodeTypes(needed.wanted, opened.repo.nodeTypes);
  const moved = followMoves(wanted, onDisk, movesOf(opened));
  const project = await formatFollowed(moved.project, onDisk, opened.tools.format);
  const followed = { ...moved, project };
  const sources = await readFollowing(followed, opened.repo);
  const deciding = decide(followed.wanted, project, opened.tools, force, reconsidered);
  const decisions = await showProgress('Comparing and formatting', deciding, context.terminal);
  return { selection, onDisk, sources, decisions, tracked, ...followed };
}

/** Leaves out the lines of .gitignore that the user's repository does not need. */
async function withoutUnneeded(
  wanted: Wanted,
  { disk, lock }: Project,
  repo: Repo,
  { env }: Context,
): Promise<{ readonly wanted: Wanted; readonly tracked: readonly string[] }> {
  const { needs, newNames } = wanted;
  const missing = absentLines(disk.get('.gitignore') ?? '', needs.gitignore);
  const before = lock?.contributed.gitignore ?? [];
  const lines = missing.filter((line) => !before.includes(line));
  const { ignored, tracked } = await findUnneeded(repo, lines, env);
  const unneeded = new Set([...ignored, ...tracked]);
  const gitignore = needs.gitignore.filter((line) => !unneeded.has(line));
  return {
    wanted: { ...wanted, needs: { ...needs, gitignore } },
    tracked: tracked.filter((line) => newNames.has(line)),
  };
}

/** Takes the range of `@types/node` from the repo, if it has one. */
function withNodeTypes(wanted: Wanted, range: string | undefined): Wanted {
  const { needs } = wanted;
  const name = '@types/node';
  if (range === undefined || !Object.hasOwn(needs.devDependencies, name)) return wanted;
  const devDependencies = { ...needs.devDependencies, [name]: range };
  return { ...wanted, needs: { ...needs, devDependencies } };
}

function movesOf({ catalogue, lock, repo: { aliases } }: Opened): Moves {
  const { moves: pending, components } = catalogue;
  const all = lock ? allMoves(components, lock.dir) : [];
  return { pending, all: new Map(all), aliases };
}

/** Reads the user's own files that import or name moved files. */
function readFollowing(
  { moved, project }: Followed,
  { root, aliases }: Repo,
): Promise<readonly SourceFile[]> {
  if (moved.size === 0) return Promise.resolve([]);
  const known = new Set([...Object.keys(project.lock?.files ?? {}), ...moved.keys()]);
  return collectFromSources(root, known, (path, text) => followSource(path, text, moved, aliases));
}

/** Returns the installed components of which a registry has a new version. */
export async function findNews(opened: Opened, context: Context): Promise<ReadonlySet<string>> {
  const { lock, catalogue } = opened;
  if (!lock) return new Set();
  const selection = selectInstalled(requestNothing(opened), opened);
  const materials = await materialsFor(selection, opened, context);
  return changedComponents(lock, catalogue.orphans, selection, materials);
}

/** Adds the installed components, if there are any. */
function withInstalled(
  materials: Materials,
  { actions }: ChangeRequest,
  { lock, catalogue }: Opened,
): Materials {
  if (!lock) return materials;
  const removed = catalogue.components.filter(({ name }) => actions.get(name) === 'remove');
  return { ...materials, installed: { lock, wiring: installedWiring(lock), actions, removed } };
}

async function materialsFor(
  selection: Selection,
  { catalogue, allTemplates, repo }: Opened,
  { version }: Context,
): Promise<Materials> {
  const { registryOf } = catalogue;
  return {
    texts: await readSources(selection, registryOf, allTemplates),
    renderers: allTemplates.renderers,
    registryOf,
    tool: version,
    manager: repo.manager,
  };
}
