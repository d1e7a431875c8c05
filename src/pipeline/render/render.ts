import type { Component } from '../registry/component.ts';
import type { ComponentAction } from '../resolve/request.ts';
import type { SelectedFile, Selection } from '../resolve/selection.ts';
import { namesOf, needsOf, sharedPaths } from '../registry/needs.ts';
import { localRunner, runTool } from '../repo/package-manager.ts';
import { actionOf, type Materials } from './materials.ts';
import { isFilled, ownersOf, renderFile, templatesOf } from './render-file.ts';
import { renderLock } from './render-lock.ts';
import type { Wanted, WantedFile } from './wanted.ts';

/** Renders the wanted project: the text of every file, and the needs for shared files. */
export function render(selection: Selection, materials: Materials): Wanted {
  const { request, files } = selection;
  const { installed } = materials;
  const all = files
    .filter((file) => !installed || !isFilled(file))
    .map((file) => wantedFile(file, selection, materials));
  const shared = installed ? [] : all.filter((file) => sharedPaths.includes(file.path));
  const owners = ownersOf(selection);
  const ownersWith = (...actions: readonly ComponentAction[]) =>
    owners.filter(({ name }) => actions.includes(actionOf(name, installed)));
  const kept = ownersWith('keep');
  return {
    files: all.filter((file) => !sharedPaths.includes(file.path)),
    initialTexts: new Map(shared.map((file) => [file.path, file.text])),
    name: installed || !request.template ? undefined : request.name,
    needs: needsOf(ownersWith('add', 'update'), request.dir),
    newNames: namesNeededBy(ownersWith('add')),
    namesInUse: namesNeededBy(kept),
    keepNames: namesNeededBy(owners),
    // A kept owner may still use names that its registry's version no longer has.
    removableNames: kept.length === 0 ? undefined : namesNeededBy(installed?.removed ?? []),
    config: { dir: request.dir, registries: {} },
    lock: renderLock(selection, materials),
    actions: allActions(selection, materials),
    nextSteps: nextStepsOf(selection, materials),
    manager: materials.manager,
  };
}

function namesNeededBy(owners: readonly Component[]): ReadonlySet<string> {
  return new Set(namesOf(needsOf(owners)));
}

/** Returns the action for every owner, those that are removed and the base template included. */
function allActions(selection: Selection, { installed }: Materials): Wanted['actions'] {
  const actions = new Map(installed?.actions);
  const owners = [
    ...ownersOf(selection).map(({ name }) => name),
    ...selection.files.map(({ owner }) => owner),
  ];
  for (const name of owners) actions.set(name, actionOf(name, installed));
  return actions;
}

function wantedFile(file: SelectedFile, selection: Selection, materials: Materials): WantedFile {
  const { installed } = materials;
  const { to: path, role, owner } = file;
  const wanted = { path, role, owner, text: renderFile(file, selection, materials) };
  if (role !== 'rendered' || !installed || actionOf(owner, installed) === 'add') return wanted;
  const before = renderFile(file, { ...selection, wiring: installed.wiring }, materials);
  return { ...wanted, before };
}

/** Returns the next steps of what the user added now, without those of required components. */
function nextStepsOf(selection: Selection, { installed, manager }: Materials): readonly string[] {
  const isNew = (name: string) => !Object.hasOwn(installed?.lock.components ?? {}, name);
  const requested = selection.components.filter(
    ({ by, component }) => by === 'you' && isNew(component.name),
  );
  const added: Component[] = requested.map(({ component }) => component);
  if (!installed) added.push(...templatesOf(selection));
  const fill = (step: string) =>
    step
      .replaceAll('{dir}', selection.request.dir)
      .replaceAll('{run}', localRunner(manager))
      .replaceAll('{tool}', runTool(manager));
  return added.flatMap(({ nextSteps }) => nextSteps.map(fill));
}
