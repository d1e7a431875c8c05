import type { Selection } from './selection.ts';

/** Returns the variables that the chosen model and store do not run without. */
export function neededVariables({ wiring, components }: Selection): readonly string[] {
  const wires = [wiring.model, wiring.store];
  return components
    .filter(({ component }) => component.wires.some((wire) => wires.includes(wire)))
    .flatMap(({ component }) => component.env)
    .filter(({ required }) => required)
    .map(({ name }) => name);
}
