import { UserError } from '../../errors.ts';
import type { RequestedComponent, Request, ComponentAction } from './request.ts';
import type { Catalogue } from './catalogue.ts';
import type { Component, Template } from '../registry/component.ts';
import type { Config, Lock } from '../lock/lock-file.ts';
import type { Entries } from '../text/entries.ts';
import { findComponent, isBundle } from '../registry/find-component.ts';
import { closure, slots, placeholderModels } from './resolve.ts';

/** An installed project, as far as asking for something needs it. */
export type InstalledState = {
  readonly lock: Lock | undefined;
  readonly config: Config;
  readonly tests: boolean;
  readonly templates: readonly Template[];
  readonly catalogue: Catalogue;
};

/** What a command wants: the whole of the next selection, and what becomes of each owner; who is not named is fresh. */
export type ChangeRequest = {
  readonly request: Request;
  readonly actions: ReadonlyMap<string, ComponentAction>;
};

/** The request that gives what is installed. */
function installedRequest({ lock, config, tests, templates }: InstalledState): Request {
  return {
    name: '',
    dir: config.dir,
    template: templates.find(({ name }) => name === lock?.template),
    installed: Object.entries(lock?.components ?? {}).map(([name, { requestedBy }]) => ({
      name,
      by: requestedBy,
    })),
    components: [],
    slots: lock?.slots ?? {},
    models: lock?.models ?? [],
    tests: lock?.tests ?? tests,
  };
}

/** Asks for nothing: all stays as it is. */
export function requestNothing(base: InstalledState): ChangeRequest {
  return { request: installedRequest(base), actions: standingOf(base, new Set()) };
}

/**
 * Asks for further components; `use` gives them the slots that they can fill. `news` are the installed components of
 * which their registry has another version. @throws UserError
 */
export function requestAdd(
  base: InstalledState,
  names: readonly string[],
  use: boolean,
  news: ReadonlySet<string>,
): ChangeRequest {
  const { components } = base.catalogue;
  const asked = names.map((name) => findComponent(name, components));
  const request = installedRequest(base);
  const fresh = names.filter((name) => !isInstalled(name, base.lock));
  const slots = use ? { ...request.slots, ...filledBy(asked) } : request.slots;
  // A model that came for another one's sake is wired for its own from here on, and does not leave with that one.
  const models = asked.filter(isModel).map(({ name }) => name);
  return {
    request: {
      ...request,
      components: [...new Set([...fresh, ...models])].map((name): RequestedComponent => ({
        name,
        by: 'you',
      })),
      slots,
      models: listed(base.lock, slots, models),
    },
    actions: standingOf(base, together(base, fresh, news)),
  };
}

/** What is listed once `asked` are added: what leaves the slot takes the place of what takes it, if the user asked for it. */
function listed(
  lock: Lock | undefined,
  { model: next }: Entries,
  asked: readonly string[],
): readonly string[] {
  const { components = {}, slots: { model: last } = {}, models = [] } = lock ?? {};
  const isYours = (name: string) => components[name]?.requestedBy === 'you';
  // Where nothing is wired yet, agent.ts is still to come.
  if (last === undefined) return [...Object.keys(components).filter(isYours), ...asked];
  const leaves = last !== next && isYours(last) ? [last] : [];
  const isSwapped = next !== undefined && models.includes(next);
  const left = isSwapped
    ? models.flatMap((name) => (name === next ? leaves : [name]))
    : [...models, ...leaves];
  return [...left, ...asked];
}

const isModel = ({ name, wires }: Component): boolean =>
  wires.some(({ slot }) => slot === 'model') && !placeholderModels.includes(name);

function filledBy(components: readonly Component[]): Entries {
  const all = slots.map(
    (slot) =>
      [slot, components.filter(({ wires }) => wires.some((wire) => wire.slot === slot))] as const,
  );
  const torn = all.find(([, fillers]) => fillers.length > 1);
  if (torn)
    throw new UserError(
      `${torn[1].map(({ name }) => name).join(' and ')} cannot both be the ${torn[0]}.`,
      {
        code: 'bad-usage',
        hint: 'Use --use with one of them.',
      },
    );
  return Object.fromEntries(
    all.flatMap(([slot, [filler]]) => (filler ? [[slot, filler.name]] : [])),
  );
}

/** Asks for the newest of what is installed, or of some of it with what goes with that. @throws UserError */
export function requestUpdate(
  base: InstalledState,
  names: readonly string[],
  news: ReadonlySet<string>,
): ChangeRequest {
  const { lock, catalogue } = base;
  names.forEach((name) => checkInstalled(name, lock, catalogue));
  const all = [
    ...Object.keys(lock?.components ?? {}),
    ...(lock?.template === undefined ? [] : [lock.template]),
  ];
  const renewed = names.length === 0 ? new Set(all) : together(base, names, news);
  return { request: installedRequest(base), actions: standingOf(base, renewed) };
}

/**
 * Components that are renewed together: what some require, and where there is news among that, whoever requires it, or
 * code that stays would call code that is no longer there.
 */
function together(
  { lock, catalogue }: InstalledState,
  names: readonly string[],
  news: ReadonlySet<string>,
): ReadonlySet<string> {
  const { components } = catalogue;
  const installed = components.filter(({ name }) => isInstalled(name, lock));
  let reached = closure(names, components);
  for (;;) {
    const users = installed.filter(
      ({ name, requires }) =>
        !reached.has(name) && requires.some((one) => reached.has(one) && news.has(one)),
    );
    if (users.length === 0) return reached;
    reached = closure([...reached, ...users.map(({ name }) => name)], components);
  }
}

/** What no registry has stays, whatever is asked. */
function standingOf(
  { lock, catalogue }: InstalledState,
  renewed: ReadonlySet<string>,
): ReadonlyMap<string, ComponentAction> {
  const owners = [
    ...Object.keys(lock?.components ?? {}),
    ...(lock?.template === undefined ? [] : [lock.template]),
  ];
  return new Map(
    owners.map(
      (name) =>
        [name, renewed.has(name) && !catalogue.orphans.has(name) ? 'update' : 'keep'] as const,
    ),
  );
}

/** Asks for less: without components, and without what came for them alone. @throws UserError when another needs one */
export function requestRemove(base: InstalledState, names: readonly string[]): ChangeRequest {
  const { lock, catalogue } = base;
  const { components } = catalogue;
  names.forEach((name) => checkInstalled(name, lock, catalogue));
  const request = installedRequest(base);
  const leaving = broughtBy(names, lock);
  const left = request.installed.map(({ name }) => name).filter((name) => !leaving.has(name));
  // What fills a slot is used by the composition root, whoever brought it.
  const wired = left.some((name) => isBundle(findComponent(name, components)))
    ? [...Object.values(request.slots), ...request.models].filter((name) => !names.includes(name))
    : [];
  const needed = closure([...left, ...wired], components);
  const blocked = names.find((name) => needed.has(name));
  if (blocked !== undefined) throw stillNeeded(blocked, needed, components);
  const stays = (name: string) => !leaving.has(name) || needed.has(name);
  const installed = request.installed.filter(({ name }) => stays(name));
  const standing = [...standingOf(base, new Set())].map(
    ([name, before]) => [name, name === lock?.template || stays(name) ? before : 'remove'] as const,
  );
  return {
    request: {
      ...request,
      installed: installed.map(({ name, by }) => ({
        name,
        by: inheritor(name, by, installed, base),
      })),
      slots: Object.fromEntries(Object.entries(request.slots).filter(([, name]) => stays(name))),
      models: request.models.filter(stays),
    },
    actions: new Map<string, ComponentAction>(standing),
  };
}

/** Who a component is there for once who asked for it has left. */
function inheritor(
  name: string,
  by: string,
  installed: readonly RequestedComponent[],
  { lock, catalogue }: InstalledState,
): string {
  if (installed.some((one) => one.name === by) || !isInstalled(by, lock)) return by;
  const next = catalogue.components.find(
    (one) => one.requires.includes(name) && installed.some((other) => other.name === one.name),
  );
  return next?.name ?? 'you';
}

/** Components with what came only because they, or what came with them, asked for it. */
function broughtBy(names: readonly string[], lock: Lock | undefined): ReadonlySet<string> {
  const all = Object.entries(lock?.components ?? {});
  const brought = new Set(names);
  for (const name of brought)
    for (const [other, { requestedBy }] of all)
      if (requestedBy === name && other !== name) brought.add(other);
  return brought;
}

function stillNeeded(
  name: string,
  left: ReadonlySet<string>,
  components: readonly Component[],
): UserError {
  const by = components
    .filter((one) => left.has(one.name) && one.requires.includes(name))
    .map((one) => one.name);
  return new UserError(`${name} is needed by ${by.join(', ')}.`, {
    code: 'conflict',
    hint: `Remove ${by.length === 1 ? by[0] : 'them'} first, or together with it.`,
  });
}

const isInstalled = (name: string, lock: Lock | undefined): boolean =>
  Object.hasOwn(lock?.components ?? {}, name);

function checkInstalled(name: string, lock: Lock | undefined, { components }: Catalogue): void {
  if (isInstalled(name, lock)) return;
  findComponent(name, components);
  throw new UserError(`${name} is not installed here.`, {
    code: 'not-found',
    hint: `Installed: ${Object.keys(lock?.components ?? {}).join(', ') || 'nothing'}.`,
  });
}
