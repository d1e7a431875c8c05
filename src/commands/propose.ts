import { readProject } from '../io/project.ts';
import { readSources } from '../io/sources.ts';
import { type Wish, installedRequest } from '../pipeline/change-request.ts';
import { decide } from '../pipeline/decide.ts';
import { render } from '../pipeline/render.ts';
import { resolve } from '../pipeline/resolve.ts';
import type { Decision, Project, Selection, Wanted } from '../types.ts';
import type { Setting } from './command.ts';
import type { Opened } from './project.ts';

/** What a command would come to, every file decided, and nothing written. */
export type Proposal = {
  readonly selection: Selection;
  readonly wanted: Wanted;
  readonly project: Project;
  readonly decisions: readonly Decision[];
};

/** Runs the pipeline for an installed project up to its decisions; `force` deletes edited files that are not wanted. */
export async function propose(
  opened: Opened,
  { request, scope, gone }: Wish,
  { version: tool }: Setting,
  force = false,
): Promise<Proposal> {
  const { lock, catalogue, allTemplates, repo, tools } = opened;
  const selection = resolve(request, catalogue.components);
  const texts = await readSources(selection, catalogue.from, allTemplates);
  const wiring = lock && resolve(installedRequest(opened), catalogue.components).wiring;
  const wanted = render(selection, {
    texts,
    renderers: allTemplates.renderers,
    from: catalogue.from,
    tool,
    manager: repo.manager,
    ...(lock && wiring ? { installed: { lock, wiring, scope, gone } } : {}),
  });
  const project = await readProject(repo.root, wanted, opened.installed);
  return { selection, wanted, project, decisions: await decide(wanted, project, tools, force) };
}
