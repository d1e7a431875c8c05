import { basename } from 'node:path';
import { UserError } from '../../errors.ts';
import { type Answers, findTemplate } from './questions.ts';
import type { RequestedComponent, Request } from './request.ts';
import type { Component, Template } from '../registry/component.ts';
import { type Entries, omitUndefined } from '../text/entries.ts';
import { defaultAgentDir } from './default-agent-dir.ts';
import { packageName } from './project-name.ts';
import { closure, deferredModel, findProvider } from './resolve.ts';

/** The templates and components to choose from. */
type Offered = {
  readonly templates: readonly Template[];
  readonly base: Template | undefined;
  readonly components: readonly Component[];
};

/** The component that makes test calls to a model. */
const checkModel = 'check-model';

/** Answers that no question asks for, only flags give. */
type Extra = {
  readonly store?: string | undefined;
  readonly with?: readonly string[] | undefined;
  readonly allTests?: boolean | undefined;
};

/** Builds the request for a new project in the folder `root`. @throws UserError */
export function newProject(
  answers: Answers,
  extra: Extra,
  root: string,
  offered: Offered,
): Request {
  const { templates, base, components } = offered;
  const name = packageName(root);
  if (name === undefined) {
    throw new UserError(`The folder ${basename(root)} cannot be a package name.`, {
      code: 'bad-name',
      hint: 'Rename it, or use another folder.',
    });
  }
  const template = findTemplate(answers.template, templates);
  const slots: Entries = omitUndefined({
    model: findProvider('model', answers.model ?? defaultModel(components), components),
    store: findProvider('store', extra.store, components),
  });
  return {
    name,
    dir: defaultAgentDir,
    template,
    installed: [],
    components: [
      ...requestedBy('template', [...(base?.requires ?? []), ...template.requires]),
      ...requestedBy('template', checksFor(slots['model'], components)),
      ...requestedBy('you', [...Object.values(slots), ...(extra.with ?? [])]),
    ],
    slots,
    models: extra.with ?? [],
    // Every template has vitest, so the project can run the components' tests.
    tests: extra.allTests ? 'all' : true,
  };
}

function requestedBy(
  by: RequestedComponent['by'],
  names: readonly string[],
): readonly RequestedComponent[] {
  return names.map((name) => ({ name, by }));
}

/**
 * A real model that was chosen is checked: one with variables. A script and a person have none,
 * and nothing to check.
 */
function checksFor(model: string | undefined, components: readonly Component[]): readonly string[] {
  if (model === undefined || model === `model-${deferredModel}`) return [];
  const parts = closure([model], components);
  const hasVariables = components.some(({ name, env }) => parts.has(name) && env.length > 0);
  const isThere = components.some(({ name }) => name === checkModel);
  return hasVariables && isThere ? [checkModel] : [];
}

function defaultModel(components: readonly Component[]): string | undefined {
  const isThere = components.some((component) => component.name === `model-${deferredModel}`);
  return isThere ? deferredModel : undefined;
}
