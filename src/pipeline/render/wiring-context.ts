import { posix } from 'node:path';
import { relativePath } from '../text/relative-path.ts';
import type { Wire } from '../registry/component.ts';
import type { Wiring } from '../resolve/selection.ts';

/** The context of the templates of `agent.ts`, `tools.ts` and `terminal/commands.ts`. */
export type WiringContext = {
  /** The imports of the file's wires, one for each module. */
  readonly imports: readonly ImportContext[];
  /** The source text of the model. Empty without one. */
  readonly model: string;
  /** One object entry per model. */
  readonly models: readonly string[];
  /** The source text of the store. Empty without one. */
  readonly store: string;
  /** The source text of the engine that spreads threads. Empty without it. */
  readonly runner: string;
  /** Whether people are told, by the channels. */
  readonly hasOutbox: boolean;
  /** One object entry per channel. */
  readonly channels: readonly string[];
  /** One object entry per trigger. */
  readonly triggers: readonly string[];
  /** One object entry per agent beside the one of the file. */
  readonly agents: readonly string[];
  /** The source text of the code that fetches values. Empty without it. */
  readonly prefetch: string;
  readonly tools: readonly ToolContext[];
  /** One object entry per command. */
  readonly commands: readonly string[];
};

/** `names` are separated by commas. `from` is relative to the file's folder. */
type ImportContext = { readonly names: string; readonly from: string };

type ToolContext = {
  readonly key: string;
  readonly name: string;
  /** The object entry. */
  readonly entry: string;
  readonly value: string;
};

/** Returns the template context of a rendered file. `file` is its path in `dir`. */
export function wiringContext(file: string, wiring: Wiring): WiringContext {
  const { model, models, store, runner, outbox, channels, triggers, agents, prefetch } = wiring;
  const { tools, commands } = wiring;
  return {
    imports: importsOf(file, wiresOf(file, wiring)),
    model: model?.value ?? '',
    models: models.map(entryOf),
    store: store?.value ?? '',
    runner: runner?.value ?? '',
    hasOutbox: outbox.length > 0,
    channels: channels.map(entryOf),
    triggers: triggers.map(entryOf),
    agents: agents.map(entryOf),
    prefetch: prefetch[0]?.value ?? '',
    tools: tools.map(toolContext),
    commands: commands.map(entryOf),
  };
}

function wiresOf(file: string, wiring: Wiring): readonly Wire[] {
  switch (file) {
    case 'tools.ts':
      return wiring.tools;
    case 'terminal/commands.ts':
      return wiring.commands;
    default:
      return agentWires(wiring);
  }
}

/** Sorts models by path, so that an import keeps its place when another model takes the slot. */
function agentWires(wiring: Wiring): readonly Wire[] {
  const { model, models, store, runner, outbox, channels, triggers, agents, prefetch } = wiring;
  const sorted = [model, ...models].filter((wire) => wire !== undefined).toSorted(byPath);
  const others = [store, runner].filter((wire) => wire !== undefined);
  return [...sorted, ...others, ...outbox, ...channels, ...triggers, ...agents, ...prefetch];
}

function byPath(a: Wire, b: Wire): number {
  return a.from < b.from ? -1 : 1;
}

function entryOf({ key, value }: Wire): string {
  if (key === value) return key;
  if (key.includes('-')) return `'${key}': ${value}`;
  return `${key}: ${value}`;
}

function toolContext({ key, name, value }: Wire): ToolContext {
  const entry = key === name ? key : `${key}: ${name}`;
  return { key, name, value, entry };
}

function importsOf(file: string, wires: readonly Wire[]): readonly ImportContext[] {
  const names = new Map<string, Set<string>>();
  for (const { name, from } of wires.flatMap((wire) => [wire, ...(wire.uses ?? [])]))
    names.set(from, (names.get(from) ?? new Set()).add(name));
  return [...names].map(([from, all]) => ({
    names: [...all].join(', '),
    from: fromFolder(posix.dirname(file), from),
  }));
}

/** Returns a specifier that is relative to `folder`. `specifier` is relative to `dir`. */
function fromFolder(folder: string, specifier: string): string {
  const path = relativePath(folder, specifier);
  return path.startsWith('.') ? path : `./${path}`;
}
