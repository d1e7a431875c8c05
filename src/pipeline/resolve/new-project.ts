import { basename } from 'node:path';
import { UserError } from '../../errors.ts';
import { type Answers, findTemplate } from './questions.ts';
import type { RequestedComponent, Request } from './request.ts';
import type { Component, Template } from '../registry/component.ts';
import type { Entries } from '../text/entries.ts';
import { defaultAgentDir } from './default-agent-dir.ts';
import { packageName } from './project-name.ts';
import { findProvider, chooseModel } from './resolve.ts';

/** What there is to choose from. */
type Offered = {
  readonly templates: readonly Template[];
  readonly base: Template | undefined;
  readonly components: readonly Component[];
};

/** What only flags say. */
type Extra = { readonly store?: string | undefined; readonly with?: readonly string[] | undefined };

/** The request for a new project in `root`. @throws UserError */
export function newProject(
  answers: Answers,
  extra: Extra,
  root: string,
  offered: Offered,
): Request {
  const { templates, base, components } = offered;
  const name = packageName(root);
  if (name === undefined) {
    throw new UserError(`The folder ${basename(root)} gives no package name.`, {
      code: 'bad-name',
      hint: 'Rename it, or name another folder.',
    });
  }
  const template = findTemplate(answers.template, templates);
  const slots = fillers({
    model: findProvider('model', answers.model ?? unaskedModel(components), components),
    store: findProvider('store', extra.store, components),
  });
  return {
    name,
    dir: defaultAgentDir,
    template,
    installed: [],
    components: [
      ...asked('template', [...(base?.requires ?? []), ...template.requires]),
      ...asked('you', [...Object.values(slots), ...(extra.with ?? [])]),
    ],
    slots,
    models: extra.with ?? [],
    // Every template has vitest, so the components' tests come along.
    tests: true,
  };
}

const asked = (
  by: RequestedComponent['by'],
  names: readonly string[],
): readonly RequestedComponent[] => names.map((name) => ({ name, by }));

const fillers = (slots: Readonly<Record<string, string | undefined>>): Entries =>
  Object.fromEntries(
    Object.entries(slots).flatMap(([slot, name]) => (name === undefined ? [] : [[slot, name]])),
  );

function unaskedModel(components: readonly Component[]): string | undefined {
  return components.some((component) => component.name === `model-${chooseModel}`)
    ? chooseModel
    : undefined;
}
