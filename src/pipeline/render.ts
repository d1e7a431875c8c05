import type {
  Component,
  LockedComponent,
  PackageManager,
  Renderer,
  Selection,
  Source,
  Template,
  Wanted,
  WantedFile,
} from '../types.ts';
import { hash } from './hash.ts';
import { editPackageJson, scriptsOf } from './package-json.ts';
import { runScript } from './package-manager.ts';
import { later } from './resolve.ts';
import { transform } from './transform.ts';
import { wiringContext } from './wiring.ts';

/** What rendering needs besides the selection: texts by path from the root, precompiled templates, and facts. */
export type Materials = {
  readonly texts: ReadonlyMap<string, string>;
  readonly renderers: Readonly<Record<string, Renderer>>;
  readonly registry: { readonly source: string };
  readonly tool: string;
  readonly manager: PackageManager;
};

const gitignored = ['.12-factor/tmp/'];
const shared = ['package.json', '.env.example', '.gitignore'];

/** The whole of what the project should hold: every file's text, and what the shared files need. */
export function render(selection: Selection, materials: Materials): Wanted {
  const { request, files, env, packages } = selection;
  const all = files.map((file): WantedFile => ({
    path: file.to,
    role: file.role,
    owner: file.owner,
    text: textOf(file, selection, materials),
  }));
  const start = (path: string): string => all.find((file) => file.path === path)?.text ?? '';
  return {
    files: all.filter((file) => !shared.includes(file.path)),
    packageJson: {
      start: start('package.json') || '{}\n',
      add: { ...packages, name: request.template ? request.name : undefined },
    },
    envExample: { start: start('.env.example'), add: env },
    gitignore: { start: start('.gitignore'), add: gitignored },
    config: { dir: request.dir, registries: {} },
    lock: lockOf(selection, all, materials),
    nextSteps: nextStepsOf(selection),
  };
}

/** Of what was asked for; what that brings along is its own business. */
function nextStepsOf({ request, picked }: Selection): readonly string[] {
  const asked: readonly Component[] = picked
    .filter(({ by }) => by === 'you' || by === 'template')
    .map((one) => one.component);
  return [...asked, ...(request.template ? [request.template] : [])].flatMap((one) => one.nextSteps);
}

function textOf(file: Source, selection: Selection, materials: Materials): string {
  if (file.role === 'rendered') {
    const name = file.to.slice(selection.request.dir.length + 1);
    return fill(`wiring/${name}.hbs`, wiringContext(name, selection.wiring), materials);
  }
  if (file.origin === 'templates' && file.from.endsWith('.hbs'))
    return fill(file.from, projectContext(selection, materials), materials);
  const text = materials.texts.get(file.to);
  if (text === undefined) throw new Error(`The text of ${file.from} was not read.`);
  return file.origin === 'registry' ? transform(text) : text;
}

function fill(name: string, context: object, { renderers }: Materials): string {
  const renderer = renderers[name];
  if (!renderer) throw new Error(`There is no template ${name}.`);
  return renderer(context);
}

function about({ name, summary, factors }: Component): { name: string; summary: string; factors: string } {
  return { name, summary, factors: factors.join(', ') };
}

/** What README.md.hbs and its like are filled with. */
function projectContext({ request, picked, env, packages, wiring }: Selection, { manager, texts }: Materials): object {
  const scripts = scriptsOf(editPackageJson(texts.get('package.json') ?? '{}', packages));
  const template: Template | undefined = request.template;
  return {
    name: request.name,
    dir: request.dir,
    keyless: wiring.model?.key === later,
    scripted: wiring.model?.key === 'scripted',
    template: template && { ...about(template), title: template.title, example: template.example },
    components: picked.map(({ component }) => about(component)),
    env: env.map((variable) => ({ value: '', ...variable })),
    run: Object.fromEntries(scripts.map((script) => [script, runScript(manager, script)])),
  };
}

function lockOf(
  { request, picked, wiring }: Selection,
  files: readonly WantedFile[],
  { registry, tool }: Materials,
): Wanted['lock'] {
  const owned = (name: string) =>
    files.filter((file) => file.owner === name && file.role !== 'rendered').map((file) => [file.path, file.text]);
  const locked = ({ component, by }: (typeof picked)[number]): [string, LockedComponent] => [
    component.name,
    { source: registry.source, hash: hash(JSON.stringify([component, owned(component.name)])), requestedBy: by },
  ];
  const provider = (slot: 'model' | 'store') =>
    picked
      .filter(({ component }) => wiring[slot] && component.wires.includes(wiring[slot]))
      .map(({ component }) => [slot, component.name]);
  return {
    format: 1,
    tool,
    ...(request.template ? { template: request.template.name } : {}),
    tests: request.tests,
    slots: Object.fromEntries([...provider('model'), ...provider('store')]) as Record<string, string>,
    components: Object.fromEntries(picked.map(locked)),
  };
}
