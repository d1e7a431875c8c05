import { basename } from 'node:path';
import { UserError } from '../errors.ts';
import type { Answers, Request, Template } from '../types.ts';
import { findTemplate } from './answers.ts';
import { packageName } from './names.ts';

/** Where components go unless `12-factor.json` says otherwise. */
const defaultAgentDir = 'src/agent';

/** The request for a new project in `root`. @throws UserError */
export function newProject(
  answers: Answers,
  store: string | undefined,
  root: string,
  templates: readonly Template[],
): Request {
  const name = packageName(root);
  if (name === undefined) {
    throw new UserError(`The folder ${basename(root)} gives no package name.`, {
      code: 'bad-name',
      hint: 'Rename it, or name another folder.',
    });
  }
  const template = findTemplate(answers.template, templates);
  // Every template has vitest, so the components' tests come along.
  return { name, dir: defaultAgentDir, template, components: [], model: answers.model, store, tests: true };
}
