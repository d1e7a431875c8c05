import type { Catalogue } from '../resolve/catalogue.ts';
import type { Component, ExclusiveSlot, Template } from '../registry/component.ts';
import type { Entries } from '../text/entries.ts';
import type { Lock, LockedComponent } from '../lock/lock-file.ts';
import { type PackageManager, localRunner, runScript } from '../repo/package-manager.ts';
import type { SelectedComponent, Selection, SelectedFile, Wiring } from '../resolve/selection.ts';
import type { Renderer } from './templates.ts';
import type { ComponentAction } from '../resolve/request.ts';
import type { Wanted, WantedFile } from './wanted.ts';
import { hash } from '../text/hash.ts';
import { namesOf, needsOf } from '../registry/needs.ts';
import { editPackageJson, scriptsOf } from '../repo/edit-package-json.ts';
import { chooseModel, slots } from '../resolve/resolve.ts';
import { wiringContext } from './wiring-context.ts';

/** What rendering needs besides the selection: texts by path from the root, precompiled templates, and facts. */
export type Materials = {
  readonly texts: ReadonlyMap<string, string>;
  readonly renderers: Readonly<Record<string, Renderer>>;
  readonly from: Catalogue['registryOf'];
  readonly tool: string;
  readonly manager: PackageManager;
  /** None for a new project. */
  readonly installed?: Existing;
};

/** What is there already, and what becomes of it. */
export type Existing = {
  readonly lock: Lock;
  /** What is wired now. */
  readonly wiring: Wiring;
  readonly standing: ReadonlyMap<string, ComponentAction>;
  /** The components that leave. */
  readonly leaving: readonly Component[];
};

/** Files that the user edits as well: only their start is ours, in a new project. */
const shared = ['package.json', '.env.example', '.gitignore'];

/** The whole of what the project should hold: every file's text, and what the shared files need. */
export function render(selection: Selection, materials: Materials): Wanted {
  const { request, files, components: picked } = selection;
  const { installed } = materials;
  const all = files
    .filter((file) => !installed || !isComposed(file))
    .map((file): WantedFile => wantedFile(file, selection, materials));
  const components: readonly Component[] = [
    ...picked.map((one) => one.component),
    ...templatesOf(selection),
  ];
  const those = (...standings: readonly ComponentAction[]) =>
    components.filter(({ name }) => standings.includes(standingOf(name, installed)));
  const starts = installed ? [] : all.filter((file) => shared.includes(file.path));
  return {
    files: all.filter((file) => !shared.includes(file.path)),
    initialTexts: new Map(starts.map((file) => [file.path, file.text])),
    name: installed || !request.template ? undefined : request.name,
    needs: needsOf(those('add', 'update'), request.dir),
    newNames: new Set(namesOf(needsOf(those('add')))),
    namesInUse: new Set(namesOf(needsOf(those('keep')))),
    keepNames: new Set(namesOf(needsOf(components))),
    // What stays needs what it needed when it came, which nobody knows but the repo.
    removableNames:
      those('keep').length === 0 ? undefined : new Set(namesOf(needsOf(installed?.leaving ?? []))),
    config: { dir: request.dir, registries: {} },
    lock: lockOf(selection, materials),
    actions: new Map([
      ...(installed?.standing ?? []),
      ...[...components.map(({ name }) => name), ...files.map(({ owner }) => owner)].map(
        (name) => [name, standingOf(name, installed)] as const,
      ),
    ]),
    nextSteps: nextStepsOf(selection, materials),
  };
}

const standingOf = (owner: string, installed: Existing | undefined): ComponentAction =>
  installed?.standing.get(owner) ?? 'add';

/** Composed once, from the whole selection, for people to edit: of no use to merge into. */
const isComposed = ({ origin, from }: SelectedFile): boolean =>
  origin === 'templates' && from.endsWith('.hbs');

function templatesOf({ request }: Selection): readonly Template[] {
  return request.template ? [request.template] : [];
}

function wantedFile(file: SelectedFile, selection: Selection, materials: Materials): WantedFile {
  const { installed } = materials;
  const text = textOf(file, selection, materials);
  const wanted = { path: file.to, role: file.role, owner: file.owner, text };
  if (file.role !== 'rendered' || !installed || standingOf(file.owner, installed) !== 'keep')
    return wanted;
  return { ...wanted, before: textOf(file, { ...selection, wiring: installed.wiring }, materials) };
}

/** Of what was asked for just now; what that brings along is its own business. */
function nextStepsOf(selection: Selection, { installed, manager }: Materials): readonly string[] {
  const isNew = (name: string) => !Object.hasOwn(installed?.lock.components ?? {}, name);
  const asked = selection.components.filter(
    ({ by, component }) => by === 'you' && isNew(component.name),
  );
  const news: readonly Component[] = [
    ...asked.map((one) => one.component),
    ...(installed ? [] : templatesOf(selection)),
  ];
  return news.flatMap((one) =>
    one.nextSteps.map((step) =>
      step.replaceAll('{dir}', selection.request.dir).replaceAll('{run}', localRunner(manager)),
    ),
  );
}

function textOf(file: SelectedFile, selection: Selection, materials: Materials): string {
  if (file.role === 'rendered') {
    const name = file.to.slice(selection.request.dir.length + 1);
    return fill(`wiring/${name}.hbs`, wiringContext(name, selection.wiring), materials);
  }
  if (isComposed(file)) return fill(file.from, projectContext(selection, materials), materials);
  const text = materials.texts.get(file.to);
  if (text === undefined) throw new Error(`The text of ${file.from} was not read.`);
  return text;
}

function fill(name: string, context: object, { renderers }: Materials): string {
  const renderer = renderers[name];
  if (!renderer) throw new Error(`There is no template ${name}.`);
  return renderer(context);
}

function about({ name, summary, factors }: Component): {
  name: string;
  summary: string;
  factors: string;
} {
  return { name, summary, factors: factors.join(', ') };
}

/** What README.md.hbs and its like are filled with. */
function projectContext(selection: Selection, { manager, texts }: Materials): object {
  const { request, components: picked, wiring } = selection;
  const { template } = request;
  const components: readonly Component[] = [
    ...picked.map((one) => one.component),
    ...templatesOf(selection),
  ];
  const scripts = scriptsOf(
    editPackageJson(texts.get('package.json') ?? '{}', { add: needsOf(components) }),
  );
  const env = new Map(
    components.flatMap((one) => one.env.map((variable) => [variable.name, variable])),
  );
  return {
    name: request.name,
    dir: request.dir,
    keyless: wiring.model?.key === chooseModel,
    scripted: wiring.model?.key === 'scripted',
    template: template && { ...about(template), title: template.title, example: template.example },
    components: picked.map(({ component }) => about(component)),
    env: [...env.values()].map((variable) => ({ value: '', ...variable })),
    run: Object.fromEntries(scripts.map((script) => [script, runScript(manager, script)])),
  };
}

function lockOf(selection: Selection, materials: Materials): Wanted['lock'] {
  const { request, components: picked, wiring } = selection;
  const { installed, from, tool } = materials;
  const locked = ({ component, by }: SelectedComponent): [string, LockedComponent] => {
    const { name } = component;
    const before = installed?.lock.components[name];
    if (before && standingOf(name, installed) === 'keep')
      return [name, { ...before, requestedBy: by }];
    const { source, version } = from(name);
    const now = { source, version, hash: hashOf(component, selection, materials) };
    // Without a change it is still the version that it was.
    const isSame = before?.hash === now.hash && before.source === now.source;
    return [name, { ...(isSame ? before : now), requestedBy: by }];
  };
  const wires = [...templatesOf(selection), ...picked.map(({ component }) => component)];
  const provider = (slot: ExclusiveSlot) =>
    picked
      .filter(({ component }) => wiring[slot] && component.wires.includes(wiring[slot]))
      .map(({ component }) => [slot, component.name]);
  const models = wiring.models.flatMap((wire) =>
    picked
      .filter(({ component }) => component.wires.includes(wire))
      .map(({ component }) => component.name),
  );
  const template = request.template?.name ?? installed?.lock.template;
  return {
    format: 1,
    tool,
    dir: request.dir,
    ...(template === undefined ? {} : { template }),
    tests: request.tests,
    slots: Object.fromEntries(slots.flatMap(provider)) as Entries,
    ...(models.length === 0 ? {} : { models }),
    components: Object.fromEntries(picked.map(locked)),
    wires: Object.fromEntries(
      wires.filter((one) => one.wires.length > 0).map((one) => [one.name, one.wires]),
    ),
  };
}

// What a rendered file says depends on what is wired; its template alone is the component's.
const sample: Wiring = {
  model: { slot: 'model', key: 'a', name: 'a', from: './a.ts', value: 'a()' },
  models: [{ slot: 'model', key: 'e', name: 'e', from: './e.ts', value: 'e()' }],
  store: { slot: 'store', key: 'b', name: 'b', from: './b.ts', value: 'b()' },
  tools: [{ slot: 'tools', key: 'c', name: 'd', from: './c.ts', value: 'd' }],
};

/** Tells a component's content from any other: manifest, files, and the templates of what it has rendered. */
function hashOf(component: Component, selection: Selection, materials: Materials): string {
  const texts = selection.files
    .filter(({ owner, origin }) => owner === component.name && origin === 'registry')
    .map((file) => [file.from, textOf(file, { ...selection, wiring: sample }, materials)]);
  return hash(JSON.stringify([component, texts]));
}
