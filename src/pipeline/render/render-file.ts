import type { Component, Template, Wire } from '../registry/component.ts';
import { needsOf } from '../registry/needs.ts';
import { editPackageJson, scriptsOf } from '../repo/edit-package-json.ts';
import { runScript, runTool } from '../repo/package-manager.ts';
import { variablesOf } from '../resolve/needed-variables.ts';
import { deferredModel } from '../resolve/resolve.ts';
import type { SelectedFile, Selection } from '../resolve/selection.ts';
import type { Materials } from './materials.ts';
import { wiringContext } from './wiring-context.ts';

/** Returns the text of one file: copied, filled with the project, or rendered from the wiring. */
export function renderFile(file: SelectedFile, selection: Selection, materials: Materials): string {
  if (file.role === 'rendered') {
    const name = file.to.slice(selection.request.dir.length + 1);
    return fill(`wiring/${name}.hbs`, wiringContext(name, selection.wiring), materials);
  }
  if (isFilled(file)) {
    const text = fill(file.from, projectContext(selection, materials), materials);
    return withLines(text, selection.request.dir, materials.texts);
  }
  const text = materials.texts.get(file.to);
  if (text === undefined) throw new Error(`The text of ${file.from} was not read.`);
  return text;
}

/** Returns whether a template's file is filled once, by `create`. Its text is then the user's. */
export function isFilled({ origin, from }: SelectedFile): boolean {
  return origin === 'templates' && from.endsWith('.hbs');
}

/**
 * Completes links to code: `[advance](core/loop.ts#)` gets the line that declares `advance`. So no
 * change of the code makes it wrong.
 * @throws Error if no line does
 */
function withLines(text: string, dir: string, texts: Materials['texts']): string {
  return text.replaceAll(/\[(\w+)\]\(([\w/.-]+)#\)/g, (_, name: string, path: string) => {
    const top = `(?:export )?(?:async )?(?:function|const|type) ${name}\\b`;
    const member = `  (?:async )?${name}[(:]`;
    const declaration = new RegExp(`^(?:${top}|${member})`);
    const lines = texts.get(`${dir}/${path}`)?.split('\n') ?? [];
    const line = lines.findIndex((one) => declaration.test(one)) + 1;
    if (line === 0) throw new Error(`No line of ${path} declares ${name}.`);
    return `[${name} in ${path}:${line}](${dir}/${path}#L${line})`;
  });
}

/** Returns a list of the selected template, empty without one. */
export function templatesOf({ request }: Selection): readonly Template[] {
  return request.template ? [request.template] : [];
}

/** Returns the selected components, then the template. */
export function ownersOf(selection: Selection): readonly Component[] {
  return [...selection.components.map(({ component }) => component), ...templatesOf(selection)];
}

function fill(name: string, context: object, { renderers }: Materials): string {
  const renderer = renderers[name];
  if (!renderer) throw new Error(`There is no template ${name}.`);
  return renderer(context);
}

/** Returns the context of README.md.hbs and the other templates of a new project. */
function projectContext(selection: Selection, { manager, texts }: Materials): object {
  const { request, components, wiring } = selection;
  const { template } = request;
  const owners = ownersOf(selection);
  const packageJson = editPackageJson(texts.get('package.json') ?? '{}', { add: needsOf(owners) });
  const variables = owners.flatMap(({ env }) => env);
  const env = new Map(variables.map((variable) => [variable.name, { value: '', ...variable }]));
  const has = (name: string) => components.some(({ component }) => component.name === name);
  const scripts = scriptsOf(packageJson).map((name) => [name, runScript(manager, name)] as const);
  return {
    name: request.name,
    dir: request.dir,
    tool: runTool(manager),
    keyless: wiring.model?.key === deferredModel,
    model: isKey(wiring.model),
    store: isKey(wiring.store),
    variables: variablesOf(selection).join(' and '),
    served: has('server'),
    terminal: has('terminal'),
    template: template && {
      ...described(template),
      title: template.title,
      example: template.example,
      isStarter: template.name === 'starter',
    },
    components: components.map(({ component }) => described(component)),
    env: [...env.values()],
    run: Object.fromEntries(scripts),
  };
}

/** Returns an object in which a template asks for the key of a wire: `{{#if store.file}}`. */
const isKey = (wire: Wire | undefined): Readonly<Record<string, true>> =>
  wire ? { [wire.key]: true } : {};

function described({ name, summary, factors }: Component) {
  return { name, summary, factors: factors.join(', ') };
}
