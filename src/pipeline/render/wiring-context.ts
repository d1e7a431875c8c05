import type { Import, Wire } from '../registry/component.ts';
import type { Wiring } from '../resolve/selection.ts';

/** What the templates of `agent.ts` and `tools.ts` are filled with. */
export type WiringContext = {
  /** Of the components that this file wires, each once, in the selection's order. */
  readonly imports: readonly Import[];
  /** Source text. */
  readonly model: string;
  /** An entry each. */
  readonly models: readonly string[];
  readonly store: string;
  readonly tools: readonly {
    readonly key: string;
    readonly name: string;
    readonly entry: string;
    readonly value: string;
  }[];
};

/** The context of a rendered file, by its name in `dir`. */
export function wiringContext(
  file: string,
  { model, models, store, tools }: Wiring,
): WiringContext {
  // By their paths: an import stays where it is when its model is chosen for the slot, or leaves it.
  const all = [model, ...models].filter((wire) => wire !== undefined).toSorted(byPath);
  const wires = file === 'tools.ts' ? tools : [...all, ...(store ? [store] : [])];
  return {
    imports: importsOf(wires),
    model: model?.value ?? '',
    models: models.map(({ key, value }) => `${key.includes('-') ? `'${key}'` : key}: ${value}`),
    store: store?.value ?? '',
    tools: tools.map(({ key, name, value }) => ({
      key,
      name,
      value,
      entry: key === name ? key : `${key}: ${name}`,
    })),
  };
}

const byPath = (a: Wire, b: Wire): number => (a.from < b.from ? -1 : 1);

function importsOf(wires: readonly Wire[]): readonly Import[] {
  const all = wires.flatMap(({ name, from, uses }) => [{ name, from }, ...(uses ?? [])]);
  return [...new Map(all.map((one) => [`${one.name} ${one.from}`, one])).values()];
}
