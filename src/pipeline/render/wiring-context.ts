import type { Import, Wire } from '../registry/component.ts';
import type { Wiring } from '../resolve/selection.ts';

/** The context of the templates of `agent.ts` and `tools.ts`. */
export type WiringContext = {
  /** The imports of the file's wires, each once. */
  readonly imports: readonly Import[];
  /** The source text of the model. Empty without one. */
  readonly model: string;
  /** One object entry per model. */
  readonly models: readonly string[];
  /** The source text of the store. Empty without one. */
  readonly store: string;
  readonly tools: readonly ToolContext[];
};

type ToolContext = {
  readonly key: string;
  readonly name: string;
  /** The object entry. */
  readonly entry: string;
  readonly value: string;
};

/** Returns the template context of a rendered file. `file` is its name in `dir`. */
export function wiringContext(file: string, wiring: Wiring): WiringContext {
  const { model, models, store, tools } = wiring;
  return {
    imports: importsOf(file === 'tools.ts' ? tools : agentWires(wiring)),
    model: model?.value ?? '',
    models: models.map(modelEntry),
    store: store?.value ?? '',
    tools: tools.map(toolContext),
  };
}

/** Sorts models by path, so that an import keeps its place when another model takes the slot. */
function agentWires({ model, models, store }: Wiring): readonly Wire[] {
  const sorted = [model, ...models].filter((wire) => wire !== undefined).toSorted(byPath);
  return store ? [...sorted, store] : sorted;
}

function byPath(a: Wire, b: Wire): number {
  return a.from < b.from ? -1 : 1;
}

function modelEntry({ key, value }: Wire): string {
  if (key.includes('-')) return `'${key}': ${value}`;
  return `${key}: ${value}`;
}

function toolContext({ key, name, value }: Wire): ToolContext {
  const entry = key === name ? key : `${key}: ${name}`;
  return { key, name, value, entry };
}

function importsOf(wires: readonly Wire[]): readonly Import[] {
  const all = wires.flatMap(({ name, from, uses = [] }) => [{ name, from }, ...uses]);
  const unique = new Map(all.map((one) => [`${one.name} ${one.from}`, one]));
  return [...unique.values()];
}
