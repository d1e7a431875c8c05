import { UserError } from '../errors.ts';
import { findComponent } from '../pipeline/registry/find-component.ts';
import {
  type Additions,
  additionsOf,
  additionsProblem,
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
import type { Frame } from '../ui/frame.ts';
import type { CreateFlags, Context } from './context.ts';
import { openTargetFolder } from './open-target-folder.ts';

/** The templates and components that the user can choose. */
type Offer = { readonly templates: readonly Template[]; readonly components: readonly Component[] };

/** The answers to all questions. */
type Gathered = { readonly answers: Answers; readonly additions: Additions };

/**
 * Answers the questions of `create`: from the arguments, by asking a person, or by default. `frame`
 * shows why a question is asked again. @throws UserError
 */
export async function gatherAnswers(
  dir: string | undefined,
  flags: CreateFlags,
  offer: Offer,
  frame: Frame,
  context: Context,
): Promise<Gathered> {
  const { terminal, signal } = context;
  if (dir !== undefined) checkDir(dir);
  checkNames(flags, offer);
  const { template, model, store, with: components } = flags;
  const given = { dir, template, model };
  const additions = { store, with: components };
  if (!terminal.interactive || flags.yes || !unanswered(given))
    return { answers: complete(given, flags.yes), additions };
  const { askProject } = await import('../ui/ask-project.ts');
  const isGiven = store !== undefined || components !== undefined;
  return askProject(isGiven ? { ...given, additions } : given, {
    choices: choices(offer.templates, offer.components),
    defaults,
    problem: dirProblem,
    whyUnusable: (answer) => whyUnusable(flags.cwd, answer),
    additionsProblem,
    additionsOf,
    warn: frame.warn,
    terminal,
    signal,
  });
}

/** Returns why a folder is not free for a project, or undefined. */
async function whyUnusable(cwd: string, dir: string): Promise<UserError | undefined> {
  try {
    await openTargetFolder(cwd, dir);
    return undefined;
  } catch (error) {
    if (error instanceof UserError && error.code === 'not-empty') return error;
    throw error;
  }
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
