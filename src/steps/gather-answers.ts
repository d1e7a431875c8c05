import { findComponent } from '../pipeline/registry/find-component.ts';
import {
  type Answers,
  choices,
  complete,
  defaults,
  findTemplate,
  unanswered,
} from '../pipeline/resolve/questions.ts';
import { checkDir, dirProblem } from '../pipeline/resolve/project-name.ts';
import { findProvider } from '../pipeline/resolve/resolve.ts';
import type { Component, Template } from '../pipeline/registry/component.ts';
import type { CreateFlags, Context } from './context.ts';
import { openTargetFolder } from './open-target-folder.ts';

/** The templates and components that the user can choose. */
type Offer = { readonly templates: readonly Template[]; readonly components: readonly Component[] };

/**
 * Answers the questions of `create`: from the arguments, by asking a person, or by default.
 * @throws UserError
 */
export async function gatherAnswers(
  dir: string | undefined,
  flags: CreateFlags,
  offer: Offer,
  context: Context,
): Promise<Answers> {
  const { terminal, signal } = context;
  if (dir !== undefined) checkDir(dir);
  checkNames(flags, offer);
  const given = { dir, template: flags.template, model: flags.model };
  if (!terminal.interactive || flags.yes || !unanswered(given)) return complete(given, flags.yes);
  const { askProject } = await import('../ui/ask-project.ts');
  const check = async (answer: string): Promise<void> => {
    await openTargetFolder(flags.cwd, answer);
  };
  return askProject(given, {
    choices: choices(offer.templates, offer.components),
    defaults,
    problem: dirProblem,
    check,
    terminal,
    signal,
  });
}

/** @throws UserError for a template or component that does not exist */
function checkNames(
  { template, model, store, with: names = [] }: CreateFlags,
  { templates, components }: Offer,
): void {
  if (template !== undefined) findTemplate(template, templates);
  findProvider('model', model, components);
  findProvider('store', store, components);
  for (const name of names) findComponent(name, components);
}
