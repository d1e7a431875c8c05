import { UserError } from '../../errors.ts';
import type { Request, ComponentAction } from './request.ts';
import type { Catalogue } from './catalogue.ts';
import type { Template } from '../registry/component.ts';
import type { Config, Lock } from '../lock/lock-file.ts';
import { findComponent } from '../registry/find-component.ts';
import { closure } from './resolve.ts';
import { connectedByMoves, withTakers } from './take-over.ts';

/** The state of a project that change requests are built from. */
export type InstalledState = {
  readonly lock: Lock | undefined;
  readonly config: Config;
  /** Whether a first `add` copies tests. A lock says whether the project has them. */
  readonly tests: boolean;
  /** Whether the repo has what runs them. */
  readonly canRunTests: boolean;
  readonly templates: readonly Template[];
  readonly catalogue: Catalogue;
};

/** The next state of a project, and the action for each owner. An owner without one is added. */
export type ChangeRequest = {
  readonly request: Request;
  readonly actions: ReadonlyMap<string, ComponentAction>;
};

/** Builds the request that selects what is installed. */
export function installedRequest({ lock, config, tests, templates }: InstalledState): Request {
  const installed = Object.entries(lock?.components ?? {});
  return {
    name: '',
    dir: config.dir,
    template: templates.find(({ name }) => name === lock?.template),
    installed: installed.map(([name, { requestedBy }]) => ({ name, by: requestedBy })),
    components: [],
    slots: lock?.slots ?? {},
    models: lock?.models ?? [],
    tests: lock?.tests ?? tests,
  };
}

/**
 * Adds all tests to a change, from now on. A component that is kept gets its tests with its next
 * update. @throws UserError if the repo cannot run tests
 */
export function withAllTests(
  change: ChangeRequest,
  { canRunTests }: InstalledState,
): ChangeRequest {
  if (!canRunTests)
    throw new UserError('--all-tests needs vitest, which is not in package.json.', {
      code: 'bad-usage',
      hint: 'Add vitest to devDependencies, then run this again.',
    });
  return { ...change, request: { ...change.request, tests: 'all' } };
}

/** Requests no change. */
export function requestNothing(state: InstalledState): ChangeRequest {
  return { request: installedRequest(state), actions: actionsFor(state, new Set()) };
}

/**
 * Requests the registry's version of everything installed, or of `names` and what must be updated
 * with them. `changed` are the installed components whose registry has another version.
 * @throws UserError
 */
export function requestUpdate(
  state: InstalledState,
  names: readonly string[],
  changed: ReadonlySet<string>,
): ChangeRequest {
  const { lock, catalogue } = state;
  names.forEach((name) => checkInstalled(name, lock, catalogue));
  const all = new Set(installedOwners(lock));
  const updated = names.length === 0 ? all : updatedTogether(state, names, changed);
  const change = { request: installedRequest(state), actions: actionsFor(state, updated) };
  return lock ? withTakers(change, catalogue, lock, updated) : change;
}

/**
 * Returns the components that must be updated together: `names`, everything they require, those
 * that have files of another one now, and the components that require a new or changed one of
 * these. Otherwise a component that stays could call code that no longer exists.
 */
export function updatedTogether(
  { lock, catalogue }: InstalledState,
  names: readonly string[],
  changed: ReadonlySet<string>,
): ReadonlySet<string> {
  const { components } = catalogue;
  const installed = components.filter(({ name }) => isInstalled(name, lock));
  const isChanged = (name: string) => changed.has(name) || !isInstalled(name, lock);
  let reached = closure(names, components);
  for (;;) {
    const dependents = installed
      .filter(({ requires }) => requires.some((one) => reached.has(one) && isChanged(one)))
      .map(({ name }) => name);
    const together = [...dependents, ...connectedByMoves(reached, catalogue)];
    if (together.every((name) => reached.has(name))) return reached;
    reached = closure([...reached, ...together], components);
  }
}

/** Returns the action for each installed owner: `update` or `keep`. An orphan is always kept. */
export function actionsFor(
  { lock, catalogue }: InstalledState,
  updated: ReadonlySet<string>,
): ReadonlyMap<string, ComponentAction> {
  const actions = new Map<string, ComponentAction>();
  for (const name of installedOwners(lock)) {
    const isUpdated = updated.has(name) && !catalogue.orphans.has(name);
    actions.set(name, isUpdated ? 'update' : 'keep');
  }
  return actions;
}

function installedOwners(lock: Lock | undefined): readonly string[] {
  if (!lock) return [];
  const components = Object.keys(lock.components);
  return lock.template === undefined ? components : [...components, lock.template];
}

/** Returns whether the lock has a component. */
export function isInstalled(name: string, lock: Lock | undefined): boolean {
  return Object.hasOwn(lock?.components ?? {}, name);
}

/** Checks that a component is installed. @throws UserError */
export function checkInstalled(
  name: string,
  lock: Lock | undefined,
  { components }: Catalogue,
): void {
  if (isInstalled(name, lock)) return;
  findComponent(name, components);
  const installed = Object.keys(lock?.components ?? {}).join(', ') || 'nothing';
  throw new UserError(`${name} is not installed here.`, {
    code: 'not-found',
    hint: `Installed: ${installed}.`,
  });
}
