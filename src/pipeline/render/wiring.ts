import type { Import, Wire, Wiring } from '../../types.ts';

/** What the templates of `agent.ts` and `tools.ts` are filled with. */
export type WiringContext = {
  /** Of the components that this file wires, each once, in the selection's order. */
  readonly imports: readonly Import[];
  /** Source text. */
  readonly model: string;
  readonly store: string;
  readonly tools: readonly {
    readonly key: string;
    readonly name: string;
    readonly entry: string;
    readonly value: string;
  }[];
};

/** The context of a rendered file, by its name in `dir`. */
export function wiringContext(file: string, { model, store, tools }: Wiring): WiringContext {
  const wires = file === 'tools.ts' ? tools : [model, store].filter((wire) => wire !== undefined);
  return {
    imports: importsOf(wires),
    model: model?.value ?? '',
    store: store?.value ?? '',
    tools: tools.map(({ key, name, value }) => ({ key, name, value, entry: key === name ? key : `${key}: ${name}` })),
  };
}

function importsOf(wires: readonly Wire[]): readonly Import[] {
  const all = wires.flatMap(({ name, from, uses }) => [{ name, from }, ...(uses ?? [])]);
  return [...new Map(all.map((one) => [`${one.name} ${one.from}`, one])).values()];
}
