import { UserError } from '../../errors.ts';
import type { Component, Template } from '../registry/component.ts';
import { defaultDir } from './project-name.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { choicesFor, deferredModel, placeholderModels } from './resolve.ts';

/** The answers that every project needs. `model` is undefined for "decide later". */
export type Answers = {
  readonly dir: string;
  readonly template: string;
  readonly model: string | undefined;
};

/** The values of `--store` and `--with`. A project needs neither. */
export type Additions = {
  readonly store?: string | undefined;
  readonly with?: readonly string[] | undefined;
};

/** The answers that flags give. */
export type Given = {
  readonly dir?: string | undefined;
  readonly template?: string | undefined;
  readonly model?: string | undefined;
  readonly additions?: Additions | undefined;
};

/** One choice of a question. `value` is the same as for the flag. */
export type Choice = { readonly value: string; readonly label: string; readonly hint: string };

export type Choices = {
  readonly templates: readonly Choice[];
  readonly models: readonly Choice[];
  readonly additions: readonly Choice[];
};

const recommended = 'starter';
const server = 'server';
const storePrefix = 'store-';
/** The store of a new project, and the one for tests. */
const commonStores: readonly string[] = ['store-file', 'store-memory'];

/** Returns the choices of each question, the recommended one first. */
export function choices(templates: readonly Template[], components: readonly Component[]): Choices {
  const models = choicesFor('model', components)
    .filter(({ name }) => !placeholderModels.includes(name))
    .map(modelChoice)
    .toSorted((a, b) => (a.label < b.label ? -1 : 1));
  const later = { value: deferredModel, label: 'Decide later', hint: 'runs now, without a key' };
  return {
    templates: templates.toSorted((a, b) => rank(a) - rank(b)).map(templateChoice),
    models: [later, ...models],
    additions: additionChoices(components),
  };
}

function additionChoices(components: readonly Component[]): readonly Choice[] {
  const stores = choicesFor('store', components)
    .filter(({ name }) => !commonStores.includes(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return [...components.filter(({ name }) => name === server), ...stores].map(
    ({ name, summary }) => ({ value: name, label: name, hint: summary }),
  );
}

/** Returns why components cannot be added together, or undefined. */
export function additionsProblem(names: readonly string[]): string | undefined {
  const stores = names.filter((name) => name.startsWith(storePrefix));
  if (stores.length < 2) return undefined;
  return `A project has one store: choose ${stores.join(' or ')}.`;
}

/** Returns the values of `--store` and `--with` for the chosen components. */
export function additionsOf(names: readonly string[]): Additions {
  const store = names.find((name) => name.startsWith(storePrefix));
  const others = names.filter((name) => name !== store);
  return {
    store: store?.slice(storePrefix.length),
    with: others.length > 0 ? others : undefined,
  };
}

/** The order of the templates. Others come last. */
const order = [recommended, 'deploybot', 'minimal', 'empty'];

function rank({ name }: Template): number {
  return order.includes(name) ? order.indexOf(name) : order.length;
}

function templateChoice({ name, summary }: Template): Choice {
  const hint = name === recommended ? `${summary} (recommended)` : summary;
  return { value: name, label: name, hint };
}

function modelChoice({ name, title, summary, env }: Component): Choice {
  const value = name.slice('model-'.length);
  return { value, label: title ?? value, hint: env[0]?.name ?? summary };
}

/** The default answers: those of --yes, and of Enter in a terminal. */
export const defaults: Answers = { dir: defaultDir, template: recommended, model: undefined };

/** Returns whether flags leave a question open. */
export function unanswered({ dir, template, model }: Given): boolean {
  return dir === undefined || template === undefined || model === undefined;
}

/**
 * Completes the answers without a terminal: with `yes`, the defaults are used. @throws UserError
 * that names the missing answers
 */
export function complete(given: Given, yes: boolean): Answers {
  const flags = { 'the folder': given.dir, '--template': given.template, '--model': given.model };
  const missing = Object.entries(flags)
    .filter(([, value]) => value === undefined)
    .map(([name]) => name);
  if (missing.length > 0 && !yes) {
    throw new UserError(`There is no terminal to ask in: give ${listWords(missing)}.`, {
      code: 'missing-answer',
      hint: 'Or use the defaults: create-12-factor-agent my-agent --yes',
    });
  }
  return {
    dir: given.dir ?? defaults.dir,
    template: given.template ?? defaults.template,
    model: given.model,
  };
}

function listWords(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Returns the template with a name. @throws UserError if there is none */
export function findTemplate(name: string, templates: readonly Template[]): Template {
  const template = templates.find((one) => one.name === name);
  if (template) return template;
  const names = templates.map((one) => one.name);
  throw new UserError(`There is no template "${name}".`, {
    code: 'unknown-template',
    hint: didYouMean(name, names),
  });
}
