import { findComponent } from '../pipeline/registry/find-component.ts';
import {
  type Answers,
  type Choices,
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

/** What there is to choose from. */
type Offer = { readonly templates: readonly Template[]; readonly components: readonly Component[] };

/** Answers the questions of `create`: from the command line, from a person if one is there, or by default. */
export async function gatherAnswers(
  dir: string | undefined,
  flags: CreateFlags,
  offer: Offer,
  context: Context,
): Promise<Answers> {
  const { terminal, signal } = context;
  if (dir !== undefined) checkDir(dir);
  if (flags.template !== undefined) findTemplate(flags.template, offer.templates);
  findProvider('model', flags.model, offer.components);
  findProvider('store', flags.store, offer.components);
  flags.with?.forEach((name) => findComponent(name, offer.components));
  const given = { dir, template: flags.template, model: flags.model };
  if (!terminal.interactive || flags.yes || !unanswered(given)) return complete(given, flags.yes);
  const { askProject } = await import('../ui/ask-project.ts');
  const offered: Choices = choices(offer.templates, offer.components);
  const check = async (answer: string): Promise<void> =>
    void (await openTargetFolder(flags.cwd, answer));
  return askProject(given, {
    choices: offered,
    defaults,
    problem: dirProblem,
    check,
    terminal,
    signal,
  });
}
