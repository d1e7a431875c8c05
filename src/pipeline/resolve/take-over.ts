import type { Lock } from '../lock/lock-file.ts';
import type { Move } from '../moves/find-moves.ts';
import type { Catalogue } from './catalogue.ts';
import type { ComponentAction, Request, RequestedComponent } from './request.ts';

type Change = {
  readonly request: Request;
  readonly actions: ReadonlyMap<string, ComponentAction>;
};

/**
 * Returns the components that a move connects with one of these names: a component that has files
 * of the other one now is updated together with it.
 */
export function connectedByMoves(
  names: ReadonlySet<string>,
  { moves }: Catalogue,
): ReadonlySet<string> {
  const groups = moves.map(({ givers, taker }) => [...givers, taker]);
  return new Set(groups.filter((group) => group.some((name) => names.has(name))).flat());
}

/**
 * Adds the components that have files of `updated` ones now. Removes a component that its registry
 * gave up for others: its requests, slots and models go to the component that has its files.
 */
export function withTakers(
  { request, actions }: Change,
  { components, orphans, moves: allMoves }: Catalogue,
  lock: Lock,
  updated: ReadonlySet<string>,
): Change {
  const moves = allMoves.filter(({ givers }) => givers.some((name) => updated.has(name)));
  const takersOf = (name: string): readonly string[] =>
    moves.filter(({ givers }) => givers.includes(name)).map(({ taker }) => taker);
  const givenUp = [...orphans].filter((name) => takersOf(name).length > 0);
  const providersOf = (slot: string, name: string): readonly string[] => {
    if (!givenUp.includes(name)) return [name];
    const takers = components.filter((one) => takersOf(name).includes(one.name));
    const provider = takers.find(({ wires }) => wires.some((wire) => wire.slot === slot));
    return provider ? [provider.name] : [];
  };
  const requesterOf = (name: string, by: string): string => {
    if (!givenUp.includes(by)) return by;
    const taker = takersOf(by).find((one) => one !== name);
    return taker ?? requesterOf(name, lock.components[by]?.requestedBy ?? 'you');
  };
  const withRequester = ({ name, by }: RequestedComponent) => ({ name, by: requesterOf(name, by) });
  const installed = request.installed.filter(({ name }) => !givenUp.includes(name));
  return {
    request: {
      ...request,
      installed: installed.map(withRequester),
      components: [
        ...request.components,
        ...takerRequests(moves, givenUp, lock).map(withRequester),
      ],
      slots: Object.fromEntries(
        Object.entries(request.slots).flatMap(([slot, name]) =>
          providersOf(slot, name).map((provider) => [slot, provider] as const),
        ),
      ),
      models: request.models.flatMap((name) => providersOf('model', name)),
    },
    actions: new Map([...actions, ...givenUp.map((name) => [name, 'remove'] as const)]),
  };
}

/** Requests the takers that are not installed, and those of components that are given up. */
function takerRequests(
  moves: readonly Move[],
  givenUp: readonly string[],
  { components }: Lock,
): readonly RequestedComponent[] {
  return moves.flatMap(({ taker, givers }) =>
    givers.flatMap((giver): readonly RequestedComponent[] => {
      const requester = components[giver]?.requestedBy;
      if (requester !== undefined && givenUp.includes(giver))
        return [{ name: taker, by: requester }];
      if (Object.hasOwn(components, taker)) return [];
      return [{ name: taker, by: requester === undefined ? 'template' : giver }];
    }),
  );
}
