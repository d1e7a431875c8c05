import { readProject } from '../io/read-project.ts';
import { readSources } from '../io/read-sources.ts';
import { decide } from '../pipeline/decide/decide.ts';
import type { Decision } from '../pipeline/decide/decision.ts';
import type { Project } from '../pipeline/decide/project-state.ts';
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
import { showProgress } from '../ui/show-progress.ts';
import type { Context } from './context.ts';
import type { Opened } from './open-project.ts';

/** The result of a command before anything is written: every file is decided. */
export type Proposal = {
  readonly selection: Selection;
  readonly wanted: Wanted;
  readonly project: Project;
  readonly decisions: readonly Decision[];
};

/**
 * Runs the stages of the pipeline up to the decisions. `status`, `diff` and `doctor` stop here.
 *
 *     arguments -> Request -resolve-> Selection -render-> Wanted -decide-> Decisions
 *                     ^ Catalogue          ^ texts        ^ Project (lock file, bases, disk)
 *     Decisions -plan-> Plan -transact-> disk
 *
 * `force` also deletes edited files of components that are removed.
 */
export async function proposeChanges(
  opened: Opened,
  change: ChangeRequest,
  context: Context,
  force = false,
): Promise<Proposal> {
  const selection = resolveChange(change, opened);
  const materials = await materialsFor(selection, opened, context);
  const wanted = render(selection, withInstalled(materials, change, opened));
  const project = await readProject(opened.repo.root, wanted, opened.installed);
  const deciding = decide(wanted, project, opened.tools, force);
  const decisions = await showProgress('Comparing and formatting', deciding, context.terminal);
  return { selection, wanted, project, decisions };
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
