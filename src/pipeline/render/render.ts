import type { Component } from '../registry/component.ts';
import type { ComponentAction } from '../resolve/request.ts';
import type { SelectedFile, Selection } from '../resolve/selection.ts';
import { type Needs, namesOf, needsOf, sharedPaths } from '../registry/needs.ts';
import { localRunner, runTool } from '../repo/package-manager.ts';
import { quoted } from '../text/quote.ts';
import { actionOf, type Materials } from './materials.ts';
import { isFilled, ownersOf, renderFile, templatesOf } from './render-file.ts';
import { renderLock } from './render-lock.ts';
import { renameEntries, type ScriptNames, scriptNames } from './script-names.ts';
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
  const nameOf = scriptNames(selection, materials);
  const namesNeededBy = (some: readonly Component[]) => new Set(namesOf(neededBy(some, nameOf)));
  return {
    files: all.filter((file) => !sharedPaths.includes(file.path)),
    initialTexts: new Map(shared.map((file) => [file.path, file.text])),
    name: installed || !request.template ? undefined : request.name,
    needs: neededBy(ownersWith('add', 'update'), nameOf, request.dir),
    newNames: namesNeededBy(ownersWith('add')),
    namesInUse: namesNeededBy(kept),
    keepNames: namesNeededBy(owners),
    // A kept owner may still use names that its registry's version no longer has.
    removableNames: kept.length === 0 ? undefined : namesNeededBy(installed?.removed ?? []),
    config: { dir: request.dir, registries: {} },
    lock: renderLock(selection, materials),
    actions: allActions(selection, materials),
    nextSteps: nextStepsOf(selection, materials, nameOf),
    manager: materials.manager,
  };
}

/** Returns the needs of owners, with the names that their scripts have in this project. */
function neededBy(owners: readonly Component[], nameOf: ScriptNames, dir?: string): Needs {
  const needs = needsOf(owners, dir);
  return { ...needs, scripts: renameEntries(needs.scripts, nameOf) };
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

/**
 * Returns the next steps of what the user added now, without those of required components. Commands
 * come first, and of these what builds on others: a server before the agent. A step that would add
 * a component of the selection is left out.
 */
function nextStepsOf(
  selection: Selection,
  { installed, manager }: Materials,
  nameOf: ScriptNames,
): readonly string[] {
  const isNew = (name: string) => !Object.hasOwn(installed?.lock.components ?? {}, name);
  const requested = selection.components.filter(
    ({ by, component }) => by === 'you' && isNew(component.name),
  );
  const added: Component[] = requested.map(({ component }) => component);
  if (!installed) added.push(...templatesOf(selection));
  const { dir } = selection.request;
  const fill = (step: string) =>
    step
      .replaceAll(/\{dir\}[^\s,]*/g, (path) => quoted(path.replace('{dir}', () => dir)))
      .replaceAll('{run}', localRunner(manager))
      .replaceAll('{tool}', runTool(manager))
      .replaceAll(/\{script:([\w:-]+)\}/g, (_, name: string) => `{script:${nameOf(name)}}`);
  const isDone = (step: string) => {
    const [, name] = /\{tool\} add ([\w-]+)/.exec(step) ?? [];
    return selection.components.some(({ component }) => component.name === name);
  };
  const steps = added.toReversed().flatMap(({ nextSteps }) => nextSteps);
  const left = steps.filter((step) => !isDone(step));
  const isCommand = (step: string) => /\{(run|script|tool)\b/.test(step);
  const others = left.filter((step) => !isCommand(step));
  return [...new Set([...left.filter(isCommand), ...others])].map(fill);
}
