import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mergeTexts } from '../io/merge-texts.ts';
import { nothingInstalled, readProject } from '../io/read-project.ts';
import { readSources } from '../io/read-sources.ts';
import { openTemplates } from '../io/open-templates.ts';
import { withRunLock, transact } from '../io/transaction/transaction.ts';
import { writeSettings } from '../io/write-settings.ts';
import { decide, type Tools } from '../pipeline/decide/decide.ts';
import { settingsFor, withIgnores, withSettings } from '../pipeline/plan/package-manager-files.ts';
import { planChanges as makePlan } from '../pipeline/plan/plan.ts';
import { render } from '../pipeline/render/render.ts';
import {
  createClosing,
  createHeadline,
  createSummary,
} from '../pipeline/report/create-messages.ts';
import { newProject } from '../pipeline/resolve/new-project.ts';
import { resolve } from '../pipeline/resolve/resolve.ts';
import { chooseSetup } from '../pipeline/repo/choose-setup.ts';
import { writesOf } from '../pipeline/plan/writes.ts';
import { showDryRun } from '../ui/show-dry-run.ts';
import { showClosing } from '../ui/show-closing.ts';
import { openFrame } from '../ui/frame.ts';
import { openNamed, type CreateFlags, type Context } from '../steps/context.ts';
import { finishCreate } from '../steps/finish-create.ts';
import { gatherAnswers } from '../steps/gather-answers.ts';
import { openTargetFolder } from '../steps/open-target-folder.ts';

// A template brings its own settings, and what we write fits them.
const asItComes: Tools = {
  merge: mergeTexts,
  specifiers: '.ts',
  format: async (files) => files.map(() => undefined),
};

/** Writes a new project: a template and its components, on a disk that has none of it. */
export async function create(
  dir: string | undefined,
  flags: CreateFlags,
  setting: Context,
): Promise<void> {
  const { terminal, signal, userAgent, here, version: tool } = setting;
  const templates = await openTemplates(fileURLToPath(new URL('templates/', setting.home)));
  const registry = await openNamed(flags, setting);
  const show = await openFrame(terminal);

  if (!flags.dryRun) show.intro(`create-12-factor-agent ${tool}`);
  const answers = await gatherAnswers(
    dir,
    flags,
    { templates: templates.offered, components: registry.components },
    setting,
  );
  const place = await openTargetFolder(flags.cwd, answers.dir);
  const setup = chooseSetup(place, { ...flags, userAgent });

  const request = newProject(answers, flags, place.root, {
    templates: templates.offered,
    base: templates.base,
    components: registry.components,
  });
  const selection = resolve(request, registry.components, templates.base);
  const texts = await readSources(selection, () => registry, templates);
  const rendered = render(selection, {
    texts,
    renderers: templates.renderers,
    registryOf: () => registry,
    tool,
    manager: setup.manager,
  });
  const wanted = withIgnores(rendered, setup.manager);
  const project = await readProject(place.root, wanted, nothingInstalled);
  const bare = makePlan(wanted, await decide(wanted, project, asItComes), project);
  const settings = settingsFor(setup, place.root);
  const plan = withSettings(bare, settings);
  const fromHere = (folder: string) => relative(here, folder).replaceAll('\\', '/');
  const repeatable = { ...flags, cwd: fromHere(flags.cwd) || undefined };
  const created = {
    path: fromHere(place.root),
    answers,
    selection,
    plan,
    setup,
    flags: repeatable,
  };
  if (flags.dryRun)
    return flags.json
      ? terminal.document(createSummary(created, undefined))
      : showDryRun(plan, terminal);

  await withRunLock(place.root, () =>
    transact(place.root, 'create', writesOf(bare, project), { signal }),
  );
  await writeSettings(place.root, settings);
  show.step(createHeadline(created));
  [...setup.warnings, ...selection.notes].forEach(show.warn);
  const outcome = await finishCreate({ root: place.root, here, setup, show, terminal, signal });
  if (flags.json) return terminal.document(createSummary(created, outcome));
  showClosing(createClosing(created, outcome), show);
}
