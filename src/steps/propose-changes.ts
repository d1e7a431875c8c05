import { readProject } from '../io/read-project.ts';
import { readSources } from '../io/read-sources.ts';
import {
  type ChangeRequest,
  requestNothing,
  requestUpdate,
} from '../pipeline/resolve/change-request.ts';
import { decide } from '../pipeline/decide/decide.ts';
import { render } from '../pipeline/render/render.ts';
import { resolve } from '../pipeline/resolve/resolve.ts';
import { withInstalledWires } from '../pipeline/resolve/installed-wires.ts';
import type { Decision } from '../pipeline/decide/decision.ts';
import type { Project } from '../pipeline/decide/project-state.ts';
import type { Selection } from '../pipeline/resolve/selection.ts';
import type { Wanted } from '../pipeline/render/wanted.ts';
import { showProgress } from '../ui/show-progress.ts';
import type { Context } from './context.ts';
import type { Opened } from './open-project.ts';

/** What a command would come to, every file decided, and nothing written. */
export type Proposal = {
  readonly selection: Selection;
  readonly wanted: Wanted;
  readonly project: Project;
  readonly decisions: readonly Decision[];
};

/** Runs the pipeline for an installed project up to its decisions; `force` deletes edited files of what leaves. */
export async function proposeChanges(
  opened: Opened,
  wish: ChangeRequest,
  setting: Context,
  force = false,
): Promise<Proposal> {
  const { selection, wanted } = await want(opened, wish, setting);
  const project = await readProject(opened.repo.root, wanted, opened.installed);
  const deciding = decide(wanted, project, opened.tools, force);
  return {
    selection,
    wanted,
    project,
    decisions: await showProgress('Comparing and formatting', deciding, setting.terminal),
  };
}

/** The installed components of which their registry has another version. */
export async function newsOf(opened: Opened, setting: Context): Promise<ReadonlySet<string>> {
  if (!opened.lock) return new Set();
  const { wanted } = await want(opened, requestUpdate(opened, [], new Set()), setting);
  const before = Object.entries(opened.lock.components);
  return new Set(
    before.flatMap(([name, { hash }]) =>
      wanted.lock.components[name]?.hash === hash ? [] : [name],
    ),
  );
}

async function want(
  opened: Opened,
  wish: ChangeRequest,
  { version: tool }: Context,
): Promise<{ readonly selection: Selection; readonly wanted: Wanted }> {
  const { lock, catalogue, allTemplates, repo } = opened;
  const resolved = ({ request, actions: standing }: ChangeRequest) =>
    resolve(...withInstalledWires({ request, components: catalogue.components, standing, lock }));
  const selection = resolved(wish);
  const texts = await readSources(selection, catalogue.registryOf, allTemplates);
  const { actions: standing } = wish;
  const leaving = catalogue.components.filter(({ name }) => standing.get(name) === 'remove');
  const installed = lock && {
    lock,
    wiring: resolved(requestNothing(opened)).wiring,
    standing,
    leaving,
  };
  const wanted = render(selection, {
    texts,
    renderers: allTemplates.renderers,
    from: catalogue.registryOf,
    tool,
    manager: repo.manager,
    ...(installed ? { installed } : {}),
  });
  return { selection, wanted };
}
