import type { Component } from '../registry/component.ts';
import type { Lock } from '../lock/lock-file.ts';
import type { Request, ComponentAction } from './request.ts';

type Standings = {
  readonly request: Request;
  readonly components: readonly Component[];
  readonly standing: ReadonlyMap<string, ComponentAction>;
  readonly lock: Lock | undefined;
};

/** A request and components as resolving is to see them: what stays wires what it has wired, whatever is new of it. */
export function withInstalledWires({
  request,
  components,
  standing,
  lock,
}: Standings): [Request, readonly Component[]] {
  const asItStands = <One extends Component>(one: One): One =>
    standing.get(one.name) === 'keep' ? { ...one, wires: lock?.wires[one.name] ?? [] } : one;
  const template = request.template && asItStands(request.template);
  return [{ ...request, template }, components.map(asItStands)];
}
