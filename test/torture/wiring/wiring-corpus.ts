import { format, type Options } from 'prettier';
import { wiringContext } from '../../../src/pipeline/render/wiring-context.ts';
import type { Wire } from '../../../src/pipeline/registry/component.ts';
import type { Wiring } from '../../../src/pipeline/resolve/selection.ts';
import { templates } from '../../support/registry/package.ts';
import { agentEdits } from './agent-edits.ts';
import { toolsEdits } from './tools-edits.ts';
import { oddEdits, type Edit, type Pick } from './wiring-edits.ts';
import {
  agentWires,
  channelWires,
  modelWires,
  outboxWires,
  prefetchWires,
  storeWires,
  toolWires,
  triggerWires,
} from './wiring-wires.ts';

/** One merge to judge; `what` and `edits` say how it came about. */
export type Case = {
  readonly seed: number;
  readonly file: File;
  readonly style: Style;
  readonly adds: boolean;
  readonly what: string;
  readonly edits: readonly string[];
  readonly base: string;
  readonly mine: string;
  readonly theirs: string;
};

export type File = 'agent.ts' | 'tools.ts';
export type Style = keyof typeof styles;
/** Which edits: those that people make, or odd ones among them. */
export type Kinds = 'usual' | 'odd';

const canon: Options = { printWidth: 100, singleQuote: true };

/** How the user's formatter leaves the three texts; `plain` is as rendered. */
export const styles = {
  plain: undefined,
  'no semicolons': { ...canon, semi: false, printWidth: 80 },
  'tabs, double quotes': { ...canon, useTabs: true, singleQuote: false, trailingComma: 'none' },
  ours: canon,
} as const satisfies Record<string, Options | undefined>;

/**
 * The case of a seed, the same every time; `undefined` where the seed has no edit that fits, or
 * edits that do not go together.
 */
export async function caseOf(
  seed: number,
  file: File,
  style: Style,
  kinds: Kinds,
): Promise<Case | undefined> {
  const random = randomOf(seed * 2 + (file === 'agent.ts' ? 0 : 1));
  const pick: Pick = (some) => some[Math.floor(random() * some.length)] ?? some[0];
  const { adds, what, from, to } =
    file === 'agent.ts' ? rewire(random, pick) : choose(random, pick);
  const [base, theirs] = [renderWiring(file, from), renderWiring(file, to)];
  const { edits, text } = edit(base, editsOf(file, kinds), pick);
  if (edits.length === 0 || base === theirs) return undefined;
  const tidy = async (one: string) =>
    styles[style] ? format(one, { ...styles[style], parser: 'typescript' }) : one;
  const mine = await tidy(text).catch(() => undefined);
  if (mine === undefined) return undefined;
  return {
    seed,
    file,
    style,
    adds,
    what,
    edits,
    mine,
    base: await tidy(base),
    theirs: await tidy(theirs),
  };
}

/** A rendered file, as our template has it. */
export function renderWiring(file: File | 'terminal/commands.ts', wiring: Wiring): string {
  return templates.renderers[`wiring/${file}.hbs`]?.(wiringContext(file, wiring)) ?? '';
}

function editsOf(file: File, kinds: Kinds): Readonly<Record<string, Edit>> {
  const edits = Object.entries(file === 'agent.ts' ? agentEdits : toolsEdits);
  return Object.fromEntries(edits.filter(([name]) => kinds === 'odd' || !oddEdits.has(name)));
}

type Change = {
  readonly adds: boolean;
  readonly what: string;
  readonly from: Wiring;
  readonly to: Wiring;
};

/** Another model, another store, or back to what was there first; or what is listed besides. */
function rewire(random: () => number, pick: Pick): Change {
  const [scripted, file] = [byKey(modelWires, 'scripted'), byKey(storeWires, 'file')];
  const adds = random() < 0.65;
  const slot = pick(['model', 'model', 'store', 'both', 'list', 'list', 'list', 'swap', 'ways']);
  const model = pick(filled(modelWires));
  const models = listable.filter((wire) => wire !== model && random() < 0.35);
  const one = { model, models, store: pick(filled(storeWires)), ...noLists };
  if (slot === 'ways') return openingWays({ ...one, models: [] }, adds, pick);
  if (slot === 'list') return listing(one, adds || models.length === 0, pick);
  if (slot === 'swap') return swapping(one, pick);
  const other = adds
    ? { model: pick(filled(modelWires)), store: pick(filled(storeWires)) }
    : { model: scripted, store: file };
  const rewired = {
    ...one,
    ...(slot === 'store' ? {} : { model: other.model }),
    ...(slot === 'model' ? {} : { store: other.store }),
  };
  const to = { ...rewired, models: models.filter((wire) => wire !== rewired.model) };
  const isLess = to.models.length < models.length;
  return { adds: adds && !isLess, what: `${nameOf(one)} to ${nameOf(to)}`, from: one, to };
}

const noLists = {
  outbox: [],
  channels: [],
  triggers: [],
  agents: [],
  prefetch: [],
  runner: undefined,
  tools: [],
  commands: [],
};

const listable = modelWires.filter(({ key }) => !['scripted', 'choose'].includes(key));

const nameOf = ({ model, models, store }: Wiring): string =>
  `${[model, ...models].map((wire) => wire?.key).join('+')} and ${store?.key}`;

/** A model more or less beside the one that is wired. */
function listing(from: Wiring, adds: boolean, pick: Pick): Change {
  const { model, models } = from;
  const free = listable.filter((wire) => wire !== model && !models.includes(wire));
  const gone = models.length === 0 ? undefined : pick(filled(models));
  const to = {
    ...from,
    models: adds ? [...models, ...free.slice(0, 1)] : models.filter((wire) => wire !== gone),
  };
  return { adds, what: `${nameOf(from)} to ${nameOf(to)}`, from, to };
}

/**
 * A model takes the place of the one that is wired, and that one its place in the list, if it is of
 * use there.
 */
function swapping(from: Wiring, pick: Pick): Change {
  const { model, models } = from;
  const next = pick(filled([...models, ...listable]));
  const left = model && listable.includes(model) && model !== next ? [model] : [];
  const swapped = models.includes(next)
    ? models.flatMap((wire) => (wire === next ? left : [wire]))
    : [...models, ...left];
  const to = { ...from, model: next, models: swapped };
  return {
    adds: swapped.length >= models.length,
    what: `${nameOf(from)} to ${nameOf(to)}`,
    from,
    to,
  };
}

/** A channel, its trigger and its agent more or less, beside others. */
function openingWays(wiring: Wiring, adds: boolean, pick: Pick): Change {
  const key = pick(filled(channelWires)).key;
  const others = channelWires.map((wire) => wire.key).filter((one) => one !== key);
  const beside = pick([[], others.slice(0, 1), others]);
  const ways = (keys: readonly string[]): Wiring => ({
    ...wiring,
    outbox: outboxWires,
    channels: channelWires.filter(({ key }) => keys.includes(key)),
    triggers: triggerWires.filter(({ key }) => keys.includes(key)),
    agents: agentWires.filter(({ key }) => keys.includes(key)),
    prefetch: beside.length > 1 ? prefetchWires : [],
  });
  const [less, more] = [ways(beside), ways([...beside, key])];
  const what = `${key} beside ${beside.join('+') || 'none'}`;
  return adds ? { adds, what, from: less, to: more } : { adds, what, from: more, to: less };
}

/** One or two tools more, or one less. */
function choose(random: () => number, pick: Pick): Change {
  const wired = toolWires.filter(
    ({ key }) => /^(request_cl|done_for)/.test(key) || random() < 0.35,
  );
  const [first, ...rest] = toolWires.filter((wire) => !wired.includes(wire));
  const optional = wired.filter(({ key }) => !/^(request_cl|done_for)/.test(key));
  const adds = first !== undefined && (optional.length === 0 || random() < 0.65);
  const picked = adds ? [pick([first, ...rest]), pick([first, ...rest])] : [pick(filled(optional))];
  const what = random() < 0.3 ? picked : picked.slice(0, 1);
  const tools = toolWires.filter((wire) => (what.includes(wire) ? adds : wired.includes(wire)));
  const wiring = (tools: readonly Wire[]) => ({
    model: undefined,
    models: [],
    store: undefined,
    ...noLists,
    tools,
  });
  return {
    adds,
    what: what.map(({ key }) => key).join(', '),
    from: wiring(wired),
    to: wiring(tools),
  };
}

/** One to three edits, one on the other. */
function edit(
  base: string,
  offered: Readonly<Record<string, Edit>>,
  pick: Pick,
): { edits: string[]; text: string } {
  const edits: string[] = [];
  let lines: readonly string[] = base.split('\n');
  for (let left = pick([1, 2, 3]); left > 0; left -= 1) {
    const [name, change] = pick(filled(Object.entries(offered)));
    if (edits.some((done) => done.slice(0, 3) === name.slice(0, 3))) continue;
    const changed = change(lines, pick);
    if (!changed || changed.join('\n') === lines.join('\n')) continue;
    lines = changed;
    edits.push(name);
  }
  return { edits, text: lines.join('\n') };
}

function byKey(wires: readonly Wire[], key: string): Wire {
  const found = wires.find((wire) => wire.key === key);
  if (!found) throw new Error(`No wire is called ${key}.`);
  return found;
}

function filled<T>(some: readonly T[]): readonly [T, ...T[]] {
  const [first, ...rest] = some;
  if (first === undefined) throw new Error('There is nothing to choose from.');
  return [first, ...rest];
}

/** mulberry32: numbers from 0 to 1 that follow from the seed. */
function randomOf(seed: number): () => number {
  let state = seed * 0x9e3779b1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
