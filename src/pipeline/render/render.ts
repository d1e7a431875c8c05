import type { ComponentAction } from '../resolve/request.ts';
import type { SelectedFile, Selection } from '../resolve/selection.ts';
import { namesOf, needsOf } from '../registry/needs.ts';
import { localRunner } from '../repo/package-manager.ts';
import { actionOf, type Materials } from './materials.ts';
import { isFilled, ownersOf, renderFile, templatesOf } from './render-file.ts';
import { renderLock } from './render-lock.ts';
import type { Wanted, WantedFile } from './wanted.ts';

/** Files that the user edits too: the tool writes their first text, in a new project only. */
const sharedPaths = ['package.json', '.env.example', '.gitignore'];

/** Renders the whole wanted project: the text of every file, and what shared files need. */
export function render(selection: Selection, materials: Materials): Wanted {
  const { request, files } = selection;
  const { installed } = materials;
  const all = files
    .filter((file) => !installed || !isFilled(file))
    .map((file) => wantedFile(file, selection, materials));
  const owners = ownersOf(selection);
  const ownersThat = (...actions: readonly ComponentAction[]) =>
    owners.filter(({ name }) => actions.includes(actionOf(name, installed)));
  const shared = installed ? [] : all.filter((file) => sharedPaths.includes(file.path));
  const removedNeeds = needsOf(installed?.removed ?? []);
  return {
    files: all.filter((file) => !sharedPaths.includes(file.path)),
    initialTexts: new Map(shared.map((file) => [file.path, file.text])),
    name: installed || !request.template ? undefined : request.name,
    needs: needsOf(ownersThat('add', 'update'), request.dir),
    newNames: new Set(namesOf(needsOf(ownersThat('add')))),
    namesInUse: new Set(namesOf(needsOf(ownersThat('keep')))),
    keepNames: new Set(namesOf(needsOf(owners))),
    // A kept component needs what it needed when it was installed, which only the repo knows.
    removableNames: ownersThat('keep').length === 0 ? undefined : new Set(namesOf(removedNeeds)),
    config: { dir: request.dir, registries: {} },
    lock: renderLock(selection, materials),
    actions: allActions(selection, materials),
    nextSteps: nextStepsOf(selection, materials),
  };
}

function allActions(selection: Selection, { installed }: Materials): Wanted['actions'] {
  const owners = [
    ...ownersOf(selection).map(({ name }) => name),
    ...selection.files.map(({ owner }) => owner),
  ];
  return new Map([
    ...(installed?.actions ?? []),
    ...owners.map((name) => [name, actionOf(name, installed)] as const),
  ]);
}

function wantedFile(file: SelectedFile, selection: Selection, materials: Materials): WantedFile {
  const { installed } = materials;
  const { to: path, role, owner } = file;
  const wanted = { path, role, owner, text: renderFile(file, selection, materials) };
  if (role !== 'rendered' || !installed || actionOf(owner, installed) !== 'keep') return wanted;
  const before = renderFile(file, { ...selection, wiring: installed.wiring }, materials);
  return { ...wanted, before };
}

/** The next steps of what the user asked for now, not of what that requires. */
function nextStepsOf(selection: Selection, { installed, manager }: Materials): readonly string[] {
  const isNew = (name: string) => !Object.hasOwn(installed?.lock.components ?? {}, name);
  const asked = selection.components.filter(
    ({ by, component }) => by === 'you' && isNew(component.name),
  );
  const added = [
    ...asked.map(({ component }) => component),
    ...(installed ? [] : templatesOf(selection)),
  ];
  return added.flatMap(({ nextSteps }) =>
    nextSteps.map((step) =>
      step.replaceAll('{dir}', selection.request.dir).replaceAll('{run}', localRunner(manager)),
    ),
  );
}
