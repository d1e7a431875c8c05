import { UserError } from '../errors.ts';
import type { Component, EnvVar, ExclusiveSlot, Picked, Request, Selection, Template, Wire } from '../types.ts';
import { isBundle } from './catalogue.ts';
import { chooseFiles } from './choose-files.ts';
import { didYouMean } from './nearest.ts';
import { mergePackages } from './package-json.ts';

const slots = ['model', 'store'] as const satisfies readonly ExclusiveSlot[];
const unasked = { model: 'scripted', store: 'file' } as const;
/** The model that takes the first adapter with a key when it starts: what "decide later" means. */
export const later = 'choose';

/** What a slot's flag accepts: the components of the registry that can fill it. */
export function choicesFor(slot: ExclusiveSlot, components: readonly Component[]): readonly Component[] {
  return components.filter((one) => one.name.startsWith(`${slot}-`) && one.wires.some((wire) => wire.slot === slot));
}

/** Turns a request into components in order, their files, and what fills each slot. @throws UserError */
export function resolve(request: Request, components: readonly Component[], base?: Template): Selection {
  const asked = {
    model: findProvider(
      'model',
      request.model ?? (request.template && offers(components, later) ? later : undefined),
      components,
    ),
    store: findProvider('store', request.store, components),
  };
  const pick = picker(components);
  const templates = request.template ? [...(base ? [base] : []), request.template] : [];
  templates.flatMap((template) => template.requires).forEach((name) => pick(name, 'template'));
  [...request.components, asked.model, asked.store].forEach((name) => name && pick(name, 'you'));
  const said = fillNeeded(pick, asked);

  const picked = pick.all();
  const everything: readonly Component[] = [...picked.map((one) => one.component), ...templates];
  return {
    request,
    picked,
    files: chooseFiles(picked, templates, request),
    wiring: {
      model: fill('model', asked.model, picked),
      store: fill('store', asked.store, picked),
      tools: toolsOf([...templates, ...picked.map((one) => one.component)]),
    },
    env: unique(everything.flatMap((one) => one.env)),
    packages: mergePackages(everything),
    said,
  };
}

function offers(components: readonly Component[], model: string): boolean {
  return choicesFor('model', components).some((component) => component.name === `model-${model}`);
}

/** The component that a slot's flag names; none without one. @throws UserError */
export function findProvider(
  slot: ExclusiveSlot,
  value: string | undefined,
  components: readonly Component[],
): string | undefined {
  if (value === undefined) return undefined;
  const known = choicesFor(slot, components).map((component) => component.name.slice(slot.length + 1));
  if (known.includes(value)) return `${slot}-${value}`;
  throw new UserError(`There is no ${slot} "${value}".`, { code: 'unknown-component', hint: didYouMean(value, known) });
}

type Picker = { (name: string, by: string): void; all: () => readonly Picked[] };

/** Collects components by name, each after what it requires, and each once. */
function picker(components: readonly Component[]): Picker {
  const byName = new Map(components.map((component) => [component.name, component]));
  const seen = new Map<string, string>();
  const done: string[] = [];
  const pick = (name: string, by: string): void => {
    if (seen.has(name)) {
      if (by === 'you') seen.set(name, by);
      return;
    }
    const { requires } = find(name, byName);
    seen.set(name, by);
    requires.forEach((required) => pick(required, name));
    done.push(name);
  };
  const all = () => done.map((name): Picked => ({ component: find(name, byName), by: seen.get(name) ?? 'you' }));
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

/** Gives each slot that a rendered file needs, and nothing fills, its keyless default; says so. */
function fillNeeded(pick: Picker, asked: Record<ExclusiveSlot, string | undefined>): string[] {
  const needed = pick.all().some(({ component }) => isBundle(component));
  if (!needed) return [];
  return slots.flatMap((slot) => {
    if (asked[slot] || candidates(slot, pick.all()).length > 0) return [];
    pick(`${slot}-${unasked[slot]}`, 'agent');
    return [`No ${slot} was named: ${slot}-${unasked[slot]} is wired, in agent.ts.`];
  });
}

function candidates(slot: ExclusiveSlot, picked: readonly Picked[]): readonly Wire[] {
  return picked.flatMap(({ component }) => component.wires.filter((wire) => wire.slot === slot));
}

function fill(slot: ExclusiveSlot, asked: string | undefined, picked: readonly Picked[]): Wire | undefined {
  const wires = (name: string) =>
    candidates(
      slot,
      picked.filter(({ component }) => component.name === name),
    );
  if (asked) return wires(asked)[0];
  return wires(`${slot}-${unasked[slot]}`)[0] ?? candidates(slot, picked)[0];
}

/** In the order of the union: a template's tools, then those of the components. */
function toolsOf(components: readonly Component[]): readonly Wire[] {
  const wires = components.flatMap((one) => one.wires.filter((wire) => wire.slot === 'tools'));
  const twice = wires.find((wire, index) => wires.findIndex((other) => other.key === wire.key) !== index);
  if (twice) throw new UserError(`Two tools are called "${twice.key}".`, { code: 'bad-registry', hint: 'Rename one.' });
  return wires;
}

function unique(env: readonly EnvVar[]): readonly EnvVar[] {
  return [...new Map(env.map((variable) => [variable.name, variable])).values()];
}
