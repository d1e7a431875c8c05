import { UserError } from '../../errors.ts';
import type { RequestedComponent, Request } from './request.ts';
import type { Component, ExclusiveSlot, Template, Wire } from '../registry/component.ts';
import type { Entries } from '../text/entries.ts';
import type { SelectedComponent, Selection } from './selection.ts';
import { isBundle } from '../registry/find-component.ts';
import { chooseFiles } from './choose-files.ts';
import { didYouMean } from '../text/did-you-mean.ts';

/** The slots that hold one thing. */
export const slots = ['model', 'store'] as const satisfies readonly ExclusiveSlot[];
const keylessDefaults = { model: 'scripted', store: 'file' } as const;
/** The model that takes the first adapter with a key when it starts: what "decide later" means. */
export const chooseModel = 'choose';
/** Models that stand in for a real one, which the policy has no reason to choose. */
export const placeholderModels: readonly string[] = [
  `model-${keylessDefaults.model}`,
  `model-${chooseModel}`,
];

/** What a slot's flag accepts: the components of the registry that can fill it. */
export function choicesFor(
  slot: ExclusiveSlot,
  components: readonly Component[],
): readonly Component[] {
  return components.filter(
    (one) => one.name.startsWith(`${slot}-`) && one.wires.some((wire) => wire.slot === slot),
  );
}

/** Turns a request into components in order, their files, and what fills each slot. @throws UserError */
export function resolve(
  request: Request,
  components: readonly Component[],
  base?: Template,
): Selection {
  const pick = picker(components, request.installed);
  const templates = request.template ? [...(base ? [base] : []), request.template] : [];
  [...request.installed, ...request.components].forEach(({ name, by }) => pick(name, by));
  const said = fillSlots(pick, request.slots);

  const picked = pick.all();
  const root = picked.some(({ component }) => isBundle(component));
  const model = root ? fill('model', request.slots, picked) : undefined;
  return {
    request,
    components: picked,
    files: chooseFiles(picked, templates, request),
    wiring: {
      model,
      models: root ? modelsBeside(model, request.models, picked) : [],
      store: root ? fill('store', request.slots, picked) : undefined,
      tools: toolsOf([...templates, ...picked.map((one) => one.component)]),
    },
    notes: said,
  };
}

/** Components and what they require, by name; those that are not there are left out. */
export function closure(
  names: readonly string[],
  components: readonly Component[],
): ReadonlySet<string> {
  const byName = new Map(components.map((component) => [component.name, component]));
  const reached = new Set<string>();
  const visit = (name: string): void => {
    const component = byName.get(name);
    if (!component || reached.has(name)) return;
    reached.add(name);
    component.requires.forEach(visit);
  };
  names.forEach(visit);
  return reached;
}

/** The component that a slot's flag names; none without one. @throws UserError */
export function findProvider(
  slot: ExclusiveSlot,
  value: string | undefined,
  components: readonly Component[],
): string | undefined {
  if (value === undefined) return undefined;
  const known = choicesFor(slot, components).map((component) =>
    component.name.slice(slot.length + 1),
  );
  if (known.includes(value)) return `${slot}-${value}`;
  throw new UserError(`There is no ${slot} "${value}".`, {
    code: 'unknown-component',
    hint: didYouMean(value, known),
  });
}

type Picker = { (name: string, by: string): void; all: () => readonly SelectedComponent[] };

// Who wants it for its own sake is worth more than what requires it.
const rank = (by: string | undefined): number => ['template', 'you'].indexOf(by ?? '');

/** Collects components by name, each once: those that are there as they came, new ones after what they require. */
function picker(
  components: readonly Component[],
  installed: readonly RequestedComponent[],
): Picker {
  const byName = new Map(components.map((component) => [component.name, component]));
  const seen = new Map<string, string>(installed.map(({ name, by }) => [name, by]));
  const done = installed.map(({ name }) => name);
  const walked = new Set<string>();
  const pick = (name: string, by: string): void => {
    const isNew = !seen.has(name);
    if (isNew || rank(by) > rank(seen.get(name))) seen.set(name, by);
    if (walked.has(name)) return;
    walked.add(name);
    find(name, byName).requires.forEach((required) => pick(required, name));
    if (isNew) done.push(name);
  };
  const all = () =>
    done.map((name): SelectedComponent => ({
      component: find(name, byName),
      by: seen.get(name) ?? 'you',
    }));
  return Object.assign(pick, { all });
}

function find(name: string, byName: ReadonlyMap<string, Component>): Component {
  const component = byName.get(name);
  if (component) return component;
  throw new UserError(`There is no component "${name}".`, {
    code: 'unknown-component',
    hint: didYouMean(name, [...byName.keys()]),
  });
}

/** Gives each slot of the composition root what the request says, else its keyless default; says what it chose. */
function fillSlots(pick: Picker, chosen: Entries): string[] {
  const needed = pick.all().some(({ component }) => isBundle(component));
  if (!needed) return [];
  return slots.flatMap((slot) => {
    const name = chosen[slot];
    if (name !== undefined) pick(name, 'agent');
    if (candidates(slot, pick.all()).length > 0) return [];
    pick(`${slot}-${keylessDefaults[slot]}`, 'agent');
    return [`No ${slot} is named, so agent.ts gets ${slot}-${keylessDefaults[slot]}.`];
  });
}

function candidates(slot: ExclusiveSlot, picked: readonly SelectedComponent[]): readonly Wire[] {
  return picked.flatMap(({ component }) => component.wires.filter((wire) => wire.slot === slot));
}

/** What the request says, else what the user asked for, else the keyless default. */
function fill(
  slot: ExclusiveSlot,
  chosen: Entries,
  picked: readonly SelectedComponent[],
): Wire | undefined {
  const wires = (isMeant: (one: SelectedComponent) => boolean) =>
    candidates(slot, picked.filter(isMeant));
  return (
    wires(({ component }) => component.name === chosen[slot])[0] ??
    wires(({ by }) => by === 'you')[0] ??
    wires(({ component }) => component.name === `${slot}-${keylessDefaults[slot]}`)[0] ??
    candidates(slot, picked)[0]
  );
}

/** What the policy may choose instead of the model, in the order of the names. */
function modelsBeside(
  model: Wire | undefined,
  names: readonly string[],
  picked: readonly SelectedComponent[],
): readonly Wire[] {
  const listed = [...new Set(names)].filter((name) => !placeholderModels.includes(name));
  const wires = listed.flatMap((name) =>
    candidates(
      'model',
      picked.filter(({ component }) => component.name === name),
    ),
  );
  return unlike(
    wires.filter((wire) => wire !== model),
    'models',
  );
}

/** In the order of the union: a template's tools, then those of the components. */
function toolsOf(components: readonly Component[]): readonly Wire[] {
  return unlike(
    components.flatMap((one) => one.wires.filter((wire) => wire.slot === 'tools')),
    'tools',
  );
}

/** Wires of one list. @throws UserError where two have one key */
function unlike(wires: readonly Wire[], what: string): readonly Wire[] {
  const twice = wires.find(
    (wire, index) => wires.findIndex((other) => other.key === wire.key) !== index,
  );
  if (twice)
    throw new UserError(`Two ${what} are called "${twice.key}".`, {
      code: 'bad-registry',
      hint: 'Rename one.',
    });
  return wires;
}
