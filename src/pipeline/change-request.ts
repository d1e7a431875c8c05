import { UserError } from '../errors.ts';
import type { Asked, Catalogue, Component, Config, Entries, Lock, Request, Template } from '../types.ts';
import { findComponent } from './catalogue.ts';
import { closure, slots } from './resolve.ts';

/** An installed project, as far as asking for something needs it. */
export type Base = {
  readonly lock: Lock | undefined;
  readonly config: Config;
  readonly tests: boolean;
  readonly templates: readonly Template[];
  readonly catalogue: Catalogue;
};

/**
 * What a command wants: the whole of the next selection, whose files it may bring to their registry's version, and what
 * stays although no registry has it any more.
 */
export type Wish = {
  readonly request: Request;
  readonly scope: ReadonlySet<string>;
  readonly gone: Lock['components'];
};

/** The request that gives what is installed. */
export function installedRequest({ lock, config, tests, templates, catalogue }: Base): Request {
  const gone = goneFrom(lock, catalogue);
  const here = Object.entries(lock?.components ?? {}).filter(([name]) => !Object.hasOwn(gone, name));
  const known = new Set(catalogue.components.map(({ name }) => name));
  return {
    name: '',
    dir: config.dir,
    template: templates.find(({ name }) => name === lock?.template),
    installed: here.map(([name, { requestedBy }]) => ({ name, by: requestedBy })),
    components: [],
    slots: Object.fromEntries(Object.entries(lock?.slots ?? {}).filter(([, name]) => known.has(name))),
    tests: lock?.tests ?? tests,
  };
}

/** The installed components that no registry has any more. */
function goneFrom(lock: Lock | undefined, { components }: Catalogue): Lock['components'] {
  const known = new Set(components.map(({ name }) => name));
  return Object.fromEntries(Object.entries(lock?.components ?? {}).filter(([name]) => !known.has(name)));
}

/** Asks for further components; `use` gives them the slots that they can fill. @throws UserError */
export function wishAdded(base: Base, names: readonly string[], use: boolean): Wish {
  const { components } = base.catalogue;
  const asked = names.map((name) => findComponent(name, components));
  const request = installedRequest(base);
  const fresh = asked.filter(({ name }) => !isInstalled(name, base.lock));
  const added = fresh.map(({ name }): Asked => ({ name, by: 'you' }));
  return {
    request: {
      ...request,
      components: added,
      slots: use ? { ...request.slots, ...filledBy(asked) } : request.slots,
    },
    scope: closure(
      fresh.map(({ name }) => name),
      components,
    ),
    gone: goneFrom(base.lock, base.catalogue),
  };
}

function filledBy(components: readonly Component[]): Entries {
  const all = slots.map(
    (slot) => [slot, components.filter(({ wires }) => wires.some((wire) => wire.slot === slot))] as const,
  );
  const torn = all.find(([, fillers]) => fillers.length > 1);
  if (torn)
    throw new UserError(`${torn[1].map(({ name }) => name).join(' and ')} cannot both be the ${torn[0]}.`, {
      code: 'bad-usage',
      hint: 'Use --use with one of them.',
    });
  return Object.fromEntries(all.flatMap(([slot, [filler]]) => (filler ? [[slot, filler.name]] : [])));
}

/** Asks for the newest of what is installed, or of some of it with what that requires. @throws UserError */
export function wishUpdated(base: Base, names: readonly string[]): Wish {
  const { lock, catalogue } = base;
  const request = installedRequest(base);
  names.forEach((name) => checkInstalled(name, lock, catalogue));
  const all = [...Object.keys(lock?.components ?? {}), ...(request.template ? [request.template.name] : [])];
  const scope = names.length === 0 ? new Set(all) : closure(names, catalogue.components);
  return { request, scope, gone: goneFrom(lock, catalogue) };
}

/** Asks for less: without components, and without what came for them alone. @throws UserError when another needs one */
export function wishRemoved(base: Base, names: readonly string[]): Wish {
  const { lock, catalogue } = base;
  const { components } = catalogue;
  names.forEach((name) => checkInstalled(name, lock, catalogue));
  const request = installedRequest(base);
  const leaving = broughtBy(names, lock);
  const gone = Object.entries(goneFrom(lock, catalogue)).filter(([name]) => !names.includes(name));
  const isGone = (name: string) => gone.some(([one]) => one === name);
  const needed = closure(
    // What a component requires that no registry has is in the lock alone.
    request.installed.filter(({ name, by }) => !leaving.has(name) || isGone(by)).map(({ name }) => name),
    components,
  );
  const blocked = names.find((name) => needed.has(name));
  if (blocked !== undefined) throw stillNeeded(blocked, needed, base);
  const stays = (name: string) => !leaving.has(name) || needed.has(name);
  const installed = request.installed.filter(({ name }) => stays(name));
  return {
    request: {
      ...request,
      installed: installed.map(({ name, by }) => ({ name, by: inheritor(name, by, installed, base) })),
      slots: Object.fromEntries(Object.entries(request.slots).filter(([, name]) => stays(name))),
    },
    scope: new Set(),
    gone: Object.fromEntries(gone),
  };
}

/** Who a component is there for once who asked for it has left. */
function inheritor(name: string, by: string, installed: readonly Asked[], { lock, catalogue }: Base): string {
  const isHere = installed.some((one) => one.name === by) || !isInstalled(by, lock) || by in goneFrom(lock, catalogue);
  if (isHere) return by;
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
    for (const [other, { requestedBy }] of all) if (requestedBy === name && other !== name) brought.add(other);
  return brought;
}

function stillNeeded(name: string, left: ReadonlySet<string>, { lock, catalogue }: Base): UserError {
  const requiring = catalogue.components.filter((one) => left.has(one.name) && one.requires.includes(name));
  const by = requiring.length > 0 ? requiring.map((one) => one.name) : [lock?.components[name]?.requestedBy ?? ''];
  return new UserError(`${name} is needed by ${by.join(', ')}.`, {
    code: 'conflict',
    hint: `Remove ${by.length === 1 ? by[0] : 'them'} first, or together with it.`,
  });
}

const isInstalled = (name: string, lock: Lock | undefined): boolean => Object.hasOwn(lock?.components ?? {}, name);

function checkInstalled(name: string, lock: Lock | undefined, { components }: Catalogue): void {
  if (isInstalled(name, lock)) return;
  findComponent(name, components);
  throw new UserError(`${name} is not installed here.`, {
    code: 'not-found',
    hint: `Installed: ${Object.keys(lock?.components ?? {}).join(', ') || 'nothing'}.`,
  });
}
