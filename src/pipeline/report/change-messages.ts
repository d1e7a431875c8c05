import type { Catalogue } from '../resolve/catalogue.ts';
import type { Component } from '../registry/component.ts';
import type { Entries } from '../text/entries.ts';
import type { Lock } from '../lock/lock-file.ts';
import { type PackageManager, runTool } from '../repo/package-manager.ts';
import type { Plan } from '../plan/change.ts';
import type { Selection } from '../resolve/selection.ts';
import type { InstalledState } from '../resolve/change-request.ts';
import { conflictsLeft } from './describe-plan.ts';
import { quoted } from '../text/quote.ts';
import { isOwnPath } from '../lock/own-paths.ts';
import { isReported, isWritten } from '../plan/writes.ts';
import { slots } from '../resolve/resolve.ts';
import type { Status } from './component-status.ts';

/** What is brought and what was there: `slack 0.1.0 (factors 7, 11) brings server; human is here`. */
export function addedHeadline(
  names: readonly string[],
  { lock, catalogue }: InstalledState,
  selection: Selection,
  manager: PackageManager,
): readonly string[] {
  const { components: picked, notes: said } = selection;
  const isNew = (name: string) => !Object.hasOwn(lock?.components ?? {}, name);
  const fresh = picked
    .filter(({ component }) => isNew(component.name))
    .map(({ component }) => component);
  const asked = fresh.filter(({ name }) => names.includes(name));
  const brought = fresh.filter(({ name }) => !names.includes(name)).map(({ name }) => name);
  const heads = asked.map(({ name, factors }) => {
    const about =
      factors.length === 0
        ? ''
        : ` (factor${factors.length === 1 ? '' : 's'} ${factors.join(', ')})`;
    return `${name} ${catalogue.registryOf(name).version}${about}`;
  });
  const here = names.filter((name) => !isNew(name));
  return [
    ...(heads.length === 0
      ? []
      : [heads.join(', ') + (brought.length === 0 ? '' : ` brings ${brought.join(', ')}`)]),
    ...here.map(
      (name) =>
        `${name}: here already${cameWith(picked.find(({ component }) => component.name === name)?.by)}`,
    ),
    ...picked
      .filter(
        ({ component }) => asked.includes(component) || isListedAnew(component, lock, selection),
      )
      .flatMap(({ component }) => unwired(component, selection, names, runTool(manager))),
    ...said,
  ];
}

/** Whether its model is one that the policy may choose now, and could not before. */
function isListedAnew(
  { name, wires }: Component,
  lock: Lock | undefined,
  { wiring }: Selection,
): boolean {
  return wiring.models.some((wire) => wires.includes(wire)) && !lock?.models?.includes(name);
}

/** What goes with another one when that is removed is said to. */
const cameWith = (by: string | undefined): string =>
  by === undefined || by === 'you' || by === 'template' ? '' : `, with ${by}`;

/** That a place which holds one thing has another one, and what becomes of a model that is not that. */
function unwired(
  { name, wires }: Component,
  { wiring }: Selection,
  names: readonly string[],
  tool: string,
): readonly string[] {
  return slots.flatMap((slot) => {
    const wired = wiring[slot];
    const own = wires.find((wire) => wire.slot === slot);
    if (!own || !wired || own === wired) return [];
    const use = `${tool} add ${name} --use`;
    if (!wiring.models.includes(own))
      return [`agent.ts keeps its ${slot}, ${wired.value}. To wire ${name} instead: ${use}`];
    const chosen = 'modelFor in policy.ts may choose it';
    return names.includes(name)
      ? [
          `agent.ts keeps its model, ${wired.value}, and lists ${own.key} in models: ${chosen}. To make it the model: ${use}`,
        ]
      : [`agent.ts gets ${wired.value} as its model, and lists ${own.key} in models: ${chosen}.`];
  });
}

/** What to say of installed components that are not where they came from. */
export function orphanNotes(lock: Lock, { orphans: ghosts }: Catalogue): readonly string[] {
  return [...ghosts].map(
    (name) => `${name} is not in ${lock.components[name]?.source} any more: it stays as it is.`,
  );
}

/** What leaves, and what is wired in its place. */
export function removedHeadline(
  lock: Lock,
  { components: picked, notes: said, wiring }: Selection,
  next: Entries,
): readonly string[] {
  const stays = new Set(picked.map(({ component }) => component.name));
  const leaves = Object.keys(lock.components).filter((name) => !stays.has(name));
  const rewired = slots.filter(
    (slot) => next[slot] !== undefined && next[slot] !== lock.slots[slot],
  );
  return [
    `removes ${leaves.join(', ')}`,
    ...said,
    ...rewired.map(
      (slot) => `agent.ts gets another ${slot}: ${wiring[slot]?.value}, of ${next[slot]}.`,
    ),
  ];
}

/** What became of the user's files; our own are not worth a word. */
type Undone = {
  readonly command: string;
  readonly restored: readonly string[];
  readonly kept: readonly string[];
};

/** What `undo` did; `install` is the command after package.json changed. */
export function undoNote({ command, restored, kept }: Undone, install: string): readonly string[] {
  const yours = restored.filter((path) => !isOwnPath(path)).length;
  const files = yours === 1 ? '1 file is' : `${yours} files are`;
  const all = kept.length === 0 ? 'everything is' : 'none of your files is';
  const which = yours === 0 ? all : files;
  const [, again] = /^undo of (.*)$/.exec(command) ?? [];
  return [
    again === undefined
      ? `${command} taken back: ${which} as before it. Run undo again to have it back.`
      : `${again} is in again: ${which} as it left them. Run undo again to take it back.`,
    ...(kept.length === 0 ? [] : [`Edited since, and kept: ${kept.join(', ')}`]),
    ...(restored.includes('package.json') ? [`package.json changed: ${install}`] : []),
  ];
}

/** The first line of `status`. */
export function statusHeadline(lock: Lock, all: readonly Status[], tool: string): string {
  const news = all.filter(({ upstream }) => upstream === 'newer').length;
  const count = Object.keys(lock.components).length;
  const here = count === 1 ? '1 component' : `${count} components`;
  return `written by ${lock.tool} · this is ${tool} · ${here}, ${news === 0 ? 'none has' : news === 1 ? '1 has' : `${news} have`} news`;
}

/** The last lines of `status`: how to see more, and how to take it. */
export function statusClosing(
  all: readonly Status[],
  manager: PackageManager,
  registry: string | undefined,
): readonly string[] {
  const same = registry === undefined ? '' : ` --registry ${quoted(registry)}`;
  const newer = all.find(({ upstream }) => upstream === 'newer');
  const edited = all.find(({ you }) => you !== 'as it was');
  const unfinished = all.flatMap((one) => one.unfinished);
  const tool = runTool(manager);
  return [
    ...(unfinished.length > 0 ? [`Take out the markers first: ${unfinished.join(', ')}`] : []),
    ...(newer
      ? [`See it: ${tool} diff ${newer.name}${same}`, `Take it: ${tool} update${same}`]
      : []),
    ...(!newer && edited ? [`See your changes: ${tool} diff ${edited.name}`] : []),
  ];
}

/** The question before a plan is carried out. */
export function confirmation({ changes }: Plan): string {
  const told = changes.filter((change) => isReported(change) && isWritten(change));
  const gone = told.filter(({ kind }) => kind === 'delete').length;
  const written = told.length - gone;
  const these = (count: number) => (count === 1 ? 'this file' : `these ${count} files`);
  if (gone === 0) return `Write ${these(written)}?`;
  if (written === 0) return `Delete ${these(gone)}?`;
  return `Delete ${gone} file${gone === 1 ? '' : 's'} and write ${written}?`;
}

/** Said where a command renews nothing but what the tool keeps for itself. */
export const onlyOwnFilesChange = 'Nothing of yours changes: only what .12-factor keeps about it.';

/** What imports something that goes, a sentence each. */
export function danglingNotes(all: readonly (readonly [string, string])[]): readonly string[] {
  return all.map(([who, what]) => `${who} imports ${what}, which goes.`);
}

/** What stays in shared files though nothing of ours needs it any more. */
export function keptNotes(
  packages: readonly string[],
  ignored: readonly string[],
): readonly string[] {
  return [
    ...(packages.length === 0
      ? []
      : [`package.json keeps ${packages.join(', ')}: other code here uses it.`]),
    ...(ignored.length === 0 ? [] : [`.gitignore keeps ${ignored.join(', ')}: it is still there.`]),
  ];
}

/** What a command that writes says last: conflicts that it left, how to go back, and what to do next. */
export function changeClosing(
  plan: Plan,
  manager: PackageManager,
  next: readonly string[],
): readonly string[] {
  const left = conflictsLeft(plan);
  return [
    left.length > 0 ? `Written. ${conflictsMessage(left)}` : 'Done.',
    `Take it back: ${runTool(manager)} undo`,
    ...next,
  ];
}

/** Names the conflicts that are left for a person. */
export function conflictsMessage(left: ReturnType<typeof conflictsLeft>): string {
  const all = left.map(({ path, where, why }) =>
    where === '' ? `${path} (${why})` : `${path}:${where}`,
  );
  return `${left.length === 1 ? '1 conflict is' : `${left.length} conflicts are`} left for you: ${all.join(', ')}`;
}
