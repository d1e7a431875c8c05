import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { helpContext } from '../cli/help-context.ts';
import { newProject } from '../../../src/pipeline/resolve/new-project.ts';
import { program } from '../../../src/program.ts';
import { components, home, renderOurs, templates } from '../registry/package.ts';

/** What the documentation may name. */
export type World = {
  readonly tool: Command;
  readonly components: ReadonlySet<string>;
  /** The files of a created project, and of every component in `src/agent`. */
  readonly project: ReadonlyMap<string, string>;
  /** The text of a file of our own repository; '' for a folder. */
  readonly own: (path: string) => string | undefined;
  readonly scripts: ReadonlySet<string>;
  readonly variables: ReadonlySet<string>;
};

const offered = { templates: templates.offered, base: templates.base, components };

/** The texts of a project as `create` writes it from a template, or from the starter. */
export async function createdFiles(template = 'starter'): Promise<ReadonlyMap<string, string>> {
  const answers = { dir: 'my-agent', template, model: undefined };
  const { files, initialTexts: starts } = await renderOurs(
    newProject(answers, {}, '/my-agent', offered),
  );
  return new Map([...starts, ...files.map(({ path, text }) => [path, text] as const)]);
}

/** What a person, a run or a build adds to a project. */
const later = ['.env', '.agent/threads/', 'dist/agent.cjs', 'dist/server.cjs', 'node_modules/'];
const books = [
  '12-factor.json',
  '.12-factor/lock.json',
  '.12-factor/base/',
  '.12-factor/tmp/',
  '.12-factor/schema.json',
];

/** Everything that there is: our code, and a created project in memory. */
export async function openWorld(): Promise<World> {
  const created = await createdFiles();
  const minimal = await createdFiles('minimal');
  const copied = components.flatMap(({ files }) =>
    files.flatMap(({ from, to, role }) =>
      role === 'rendered' ? [] : [[`src/agent/${to}`, own(`registry/${from}`) ?? ''] as const],
    ),
  );
  const names = [
    'package.json',
    'package-lock.json',
    '.env.example',
    '.gitignore',
    ...later,
    ...books,
  ];
  const empty = names.map((path) => [path, ''] as const);
  return {
    tool: program(helpContext),
    components: new Set(components.map(({ name }) => name)),
    project: new Map([...empty, ...minimal, ...copied, ...created]),
    own,
    scripts: new Set([
      ...[own('package.json'), created.get('package.json')].flatMap(scriptsOf),
      ...components.flatMap(({ scripts }) =>
        Object.keys(scripts).flatMap((name) => [name, `agent:${name}`]),
      ),
    ]),
    variables: new Set(components.flatMap(({ env }) => env.map(({ name }) => name))),
  };
}

function own(path: string): string | undefined {
  const file = join(home, path);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return undefined;
  return stats.isDirectory() ? '' : readFileSync(file, 'utf8');
}

const scriptsOf = (text = '{}'): readonly string[] =>
  Object.keys((JSON.parse(text) as { scripts?: object }).scripts ?? {});
