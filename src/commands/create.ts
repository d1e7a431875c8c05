import { isAbsolute } from 'node:path';
import { findIgnored } from '../io/find-ignored.ts';
import { nothingInstalled } from '../io/read-installed.ts';
import { readProject } from '../io/read-project.ts';
import { readSources } from '../io/read-sources.ts';
import { transact, withRunLock } from '../io/transaction/transaction.ts';
import { writeSettings } from '../io/write-settings.ts';
import { decide, type Tools } from '../pipeline/decide/decide.ts';
import { settingsFor, withIgnores, withSettings } from '../pipeline/plan/package-manager-files.ts';
import type { Write } from '../pipeline/plan/change.ts';
import { planChanges } from '../pipeline/plan/plan.ts';
import { writesOf } from '../pipeline/plan/writes.ts';
import type { Registry } from '../pipeline/registry/registry-json.ts';
import { render } from '../pipeline/render/render.ts';
import type { Templates } from '../pipeline/render/templates.ts';
import { chooseSetup } from '../pipeline/repo/choose-setup.ts';
import type { PackageManager } from '../pipeline/repo/package-manager.ts';
import {
  createClosing,
  createHeadline,
  createSummary,
} from '../pipeline/report/create-messages.ts';
import { ignoredNotes } from '../pipeline/report/ignored-notes.ts';
import { nodeNotes } from '../pipeline/resolve/needed-node.ts';
import { newProject } from '../pipeline/resolve/new-project.ts';
import type { Request } from '../pipeline/resolve/request.ts';
import { resolve } from '../pipeline/resolve/resolve.ts';
import {
  openNamed,
  openOwnTemplates,
  userAgentOf,
  type Context,
  type CreateFlags,
} from '../steps/context.ts';
import { finishCreate } from '../steps/finish-create.ts';
import { gatherAnswers } from '../steps/gather-answers.ts';
import { openTargetFolder } from '../steps/open-target-folder.ts';
import { openFrame } from '../ui/frame.ts';
import { showClosing } from '../ui/show-closing.ts';
import { showDryRun } from '../ui/show-dry-run.ts';
import { relativePath } from '../pipeline/text/relative-path.ts';

// A new project has no files of the user to merge or to format.
const newProjectTools: Tools = {
  merge: async () => ({ kind: 'conflict', why: 'it exists already' }),
  specifiers: '.ts',
  format: async (files) => files.map(() => undefined),
};

/** Creates a new project from a template and components. */
export async function create(
  dir: string | undefined,
  given: CreateFlags,
  context: Context,
): Promise<void> {
  const { terminal, signal, cwd, version, node } = context;
  const sources = await openSources(given, context);
  const frame = await openFrame(terminal);
  if (!given.dryRun) frame.intro(`create-12-factor-agent ${version}`);
  const offer = offerOf(sources);
  const { answers, additions } = await gatherAnswers(dir, given, offer, frame, context);
  const flags = { ...given, ...additions };
  const target = await openTargetFolder(flags.cwd, answers.dir);
  const { root } = target;
  const setup = chooseSetup(target, { ...flags, userAgent: userAgentOf(context) });
  const request = newProject(answers, flags, root, offer);
  const options = { root, manager: setup.manager, version };
  const { selection, plan, writes } = await planProject(request, sources, options);
  const settings = settingsFor(setup, root);

  const fromHere = (folder: string) => relativePath(cwd, folder);
  const created = {
    path: isAbsolute(answers.dir) ? root : fromHere(root),
    answers,
    selection,
    plan: withSettings(plan, settings),
    // A newer Node may run the project than this one.
    setup: { ...setup, warnings: [...setup.warnings, ...nodeNotes(selection, node)] },
    flags: { ...flags, cwd: fromHere(flags.cwd) || undefined },
  };
  if (flags.dryRun) {
    if (flags.json) return terminal.document(createSummary(created, undefined));
    return showDryRun(created.plan, terminal);
  }
  await withRunLock(root, () => transact(root, 'create', writes, { signal }));
  await writeSettings(root, settings);
  frame.step(createHeadline(created));
  [...created.setup.warnings, ...selection.notes].forEach(frame.warn);
  const outcome = await finishCreate({ root, setup, frame }, context);
  const gitRoot = target.gitRoot ?? (outcome.git === 'skipped' ? undefined : root);
  const ignored = ignoredNotes(await findIgnored({ root, gitRoot }, pathsOf(writes), context.env));
  ignored.forEach(frame.warn);
  if (flags.json) return terminal.document(createSummary(created, outcome, ignored));
  showClosing(createClosing(created, outcome), frame);
}

const pathsOf = (writes: readonly Write[]): readonly string[] => writes.map(({ path }) => path);

type ProjectSources = { readonly templates: Templates; readonly registry: Registry };

async function openSources(flags: CreateFlags, context: Context): Promise<ProjectSources> {
  const templates = await openOwnTemplates(context);
  return { templates, registry: await openNamed(flags, context) };
}

function offerOf({ templates: { offered, base }, registry: { components } }: ProjectSources) {
  return { templates: offered, base, components };
}

/** Runs the pipeline for a new project. */
async function planProject(
  request: Request,
  { templates, registry }: ProjectSources,
  options: { readonly root: string; readonly manager: PackageManager; readonly version: string },
) {
  const { root, manager, version: tool } = options;
  const { base, renderers } = templates;
  const registryOf = () => registry;
  const selection = resolve(request, registry.components, base);
  const texts = await readSources(selection, registryOf, templates);
  const rendered = render(selection, { texts, renderers, registryOf, tool, manager });
  const wanted = withIgnores(rendered, manager);
  const project = await readProject(root, wanted, nothingInstalled);
  const decisions = await decide(wanted, project, newProjectTools);
  const plan = planChanges(wanted, decisions, project);
  return { selection, plan, writes: writesOf(plan, project) };
}
