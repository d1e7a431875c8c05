import { UserError } from '../../errors.ts';
import type { Component, Template } from '../registry/component.ts';
import { defaultDir } from './project-name.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { choicesFor, chooseModel, placeholderModels } from './resolve.ts';

/** What the three questions of `create` ask; `model` is `undefined` for "decide later". */
export type Answers = {
  readonly dir: string;
  readonly template: string;
  readonly model: string | undefined;
};

/** The answers that flags gave already. */
export type Given = {
  readonly dir?: string | undefined;
  readonly template?: string | undefined;
  readonly model?: string | undefined;
};

/** One line of a question; `value` is what a flag would say. */
export type Choice = { readonly value: string; readonly label: string; readonly hint: string };

export type Choices = { readonly templates: readonly Choice[]; readonly models: readonly Choice[] };

const recommended = 'starter';

/** What the questions offer, the recommended first. */
export function choices(templates: readonly Template[], components: readonly Component[]): Choices {
  return {
    templates: templates
      .toSorted((a, b) => rank(a) - rank(b))
      .map((template) => ({
        value: template.name,
        label: template.name,
        hint: template.summary + (template.name === recommended ? ' (recommended)' : ''),
      })),
    models: [
      { value: chooseModel, label: 'Decide later', hint: 'runs now, without a key' },
      ...choicesFor('model', components)
        .filter(({ name }) => !placeholderModels.includes(name))
        .map(modelChoice)
        .toSorted((a, b) => (a.label < b.label ? -1 : 1)),
    ],
  };
}

function rank({ name }: Template): number {
  return name === recommended ? 0 : 1;
}

function modelChoice({ name, title, summary, env }: Component): Choice {
  const value = name.slice('model-'.length);
  return {
    value,
    label: title ?? value,
    hint: env[0]?.name ?? summary,
  };
}

/** Enter's answer to each question. */
export const defaults: Answers = { dir: defaultDir, template: recommended, model: undefined };

/** Whether a question is left that no flag answers. */
export function unanswered({ dir, template, model }: Given): boolean {
  return dir === undefined || template === undefined || model === undefined;
}

/** The answers where nobody can be asked: from flags, and with `yes` the defaults. @throws UserError naming what lacks */
export function complete(given: Given, yes: boolean): Answers {
  const lacking = Object.entries({
    'the folder': given.dir,
    '--template': given.template,
    '--model': given.model,
  });
  const missing = lacking.flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length > 0 && !yes) {
    throw new UserError(`This needs ${list(missing)}, and there is no terminal to ask at.`, {
      code: 'missing-answer',
      hint: 'Or --yes for the defaults: create-12-factor-agent my-agent --yes',
    });
  }
  return {
    dir: given.dir ?? defaults.dir,
    template: given.template ?? defaults.template,
    model: given.model,
  };
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** The template of a name. @throws UserError */
export function findTemplate(name: string, templates: readonly Template[]): Template {
  const template = templates.find((one) => one.name === name);
  if (template) return template;
  const names = templates.map((one) => one.name);
  throw new UserError(`There is no template "${name}".`, {
    code: 'unknown-template',
    hint: didYouMean(name, names),
  });
}
