import type { Import, Wire } from '../../../src/pipeline/registry/component.ts';
import { components, templates } from '../../support/registry/package.ts';

const wired = [...components, ...templates.offered].flatMap(({ wires }) => wires);
/** Two templates may have a tool of the same name, and a project has one of them. */
const real = wired.filter(
  ({ slot, key }, index) =>
    wired.findIndex((one) => one.slot === slot && one.key === key) === index,
);

const tool = (
  key: string,
  name: string,
  value = `${name}.action(step)`,
  ...uses: readonly Import[]
): Wire => ({
  slot: 'tools',
  key,
  name,
  from: `./tools/${key}.ts`,
  value,
  ...(uses.length > 0 ? { uses } : {}),
});

const pager = { name: 'pager', from: './tools/pager.ts' };
const record = { name: 'record', from: './tools/record.ts' };
const groq = { name: 'groq', from: './model/groq.ts' };

/**
 * The tools that a project may wire, in the order in which a selection has them: ours, and such as
 * may come.
 */
export const toolWires: readonly Wire[] = [
  ...real.filter(({ slot }) => slot === 'tools'),
  tool('refund', 'refund'),
  tool('search_docs', 'searchDocs'),
  tool('send_email', 'sendEmail', 'approved(sendEmail.action(step))', {
    name: 'approved',
    from: './tools/approved.ts',
  }),
  tool('page', 'page', "page.action(step, { to: pager('ops') })", pager),
  tool('escalate', 'escalate', "escalate.action(step, { to: pager('the boss') })", pager),
  tool('note', 'note', 'record(step)', record),
  tool('memo', 'memo', 'record(step)', record),
  tool('rest', 'restForNow', 'restForNow'),
  tool(
    'transfer_to_a_specialist_team',
    'transferToASpecialistTeam',
    "transferToASpecialistTeam.action(step, { to: 'specialists', after: 'hours' })",
  ),
];

/** What may fill the slot `model`. */
export const modelWires: readonly Wire[] = [
  ...real.filter(({ slot }) => slot === 'model'),
  { slot: 'model', key: 'groq', ...groq, value: 'groq()' },
  {
    slot: 'model',
    key: 'recorded',
    name: 'recorded',
    from: './model/recorded.ts',
    value: 'recorded(groq())',
    uses: [groq],
  },
];

const people = { name: 'people', from: './channels/people.ts' };
const chats = ['chat', 'mail', 'pager'];

/** The code that tells people. */
export const outboxWires = real.filter(({ slot }) => slot === 'outbox');

/** Ways to reach people. */
export const channelWires: readonly Wire[] = chats.map((key) => ({
  slot: 'channels',
  key,
  name: `${key}Channel`,
  from: `./${key}/channel.ts`,
  value: `${key}Channel()`,
}));

/** Ways in, of the same components. */
export const triggerWires: readonly Wire[] = chats.map((key) => ({
  slot: 'triggers',
  key,
  name: `${key}Trigger`,
  from: `./${key}/trigger.ts`,
  value: `${key}Trigger(people)`,
  uses: [people],
}));

const children = { name: 'children', from: './children/children.ts' };

/** Agents in threads of their own, as many as ways in. */
export const agentWires: readonly Wire[] = chats.map((key) => ({
  slot: 'agents',
  key,
  name: `${key}Agent`,
  from: `./${key}/agent.ts`,
  value: `${key}Agent`,
  uses: [children],
}));

/** The code that fetches values before the first step. */
export const prefetchWires = real.filter(({ slot }) => slot === 'prefetch');

/** What may fill the slot `store`. */
export const storeWires: readonly Wire[] = [
  ...real.filter(({ slot }) => slot === 'store'),
  {
    slot: 'store',
    key: 'sqlite',
    name: 'sqliteStore',
    from: './store/sqlite.ts',
    value: 'sqliteStore()',
  },
  {
    slot: 'store',
    key: 'postgres',
    name: 'postgresStore',
    from: './store/postgres.ts',
    value: 'postgresStore(pool(process.env))',
    uses: [{ name: 'pool', from: './store/pool.ts' }],
  },
];

/**
 * The types of every module that a rendered file may import, by its path: enough for the compiler
 * to judge one.
 */
export const stubs: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    toolWires.map(({ key, name, from }) => [
      from,
      `import type { Tool } from './core/tool.ts';\nexport declare const ${name}: Tool<'${key}'>;`,
    ]),
  ),
  ...Object.fromEntries(
    modelWires.map(({ name, from }) => [
      from,
      `import type { Model } from './core/agent.ts';\n` +
        `export declare function ${name}(how?: { model?: string } | Model): Model;`,
    ]),
  ),
  ...Object.fromEntries(
    storeWires.map(({ name, from }) => [
      from,
      `import type { Store } from './core/agent.ts';\n` +
        `export declare function ${name}(where?: string | { pool: string }): Store;`,
    ]),
  ),
  ...Object.fromEntries(
    channelWires.map(({ name, from }) => [
      from,
      `export declare function ${name}(): { readonly channel: string };`,
    ]),
  ),
  ...Object.fromEntries(
    triggerWires.map(({ name, from }) => [
      from,
      `export declare function ${name}(people: object): { readonly path: string };`,
    ]),
  ),
  ...Object.fromEntries(
    agentWires.map(({ name, from }) => [
      from,
      `export declare const ${name}: { readonly agent: string };`,
    ]),
  ),
  './model/script.ts':
    "import type { Model } from './core/agent.ts';\nexport declare const script: Model;",
  './store/pool.ts': 'export declare function pool(env: object): { pool: string };',
  './tools/pager.ts': 'export declare function pager(who: string): string;',
  './tools/record.ts':
    "import type { Action } from './core/tool.ts';\n" +
    'export declare function record(step: object): Action;',
  './tools/approved.ts':
    "import type { Action } from './core/tool.ts';\n" +
    'export declare function approved(it: Action): Action;',
  './ours/page-me.ts':
    "import type { Tool } from './core/tool.ts';\nexport declare const pageMe: Tool<'page_me'>;",
  './ours/cheap.ts':
    "import type { Model } from './core/agent.ts';\nexport declare const cheap: Model;",
  './ours/traced.ts': 'export declare function traced<T>(it: T): T;',
  './core/tool.ts': `
    type Step<I> = { readonly intent: I };
    type Schema<S> = { readonly step: S };
    export type Action = { readonly awaits: string };
    export type Tool<I> = Action & {
      readonly schema: Schema<Step<I>>;
      action(step: Step<I>, how?: object): Action;
    };
    type Steps<T> = { readonly [I in keyof T]: { readonly schema: Schema<Step<I>> } };
    export declare function oneOf<T extends Steps<T>>(
      steps: T,
    ): Schema<T[keyof T]['schema']['step']>;
    export type Tools<S> = { readonly schema: Schema<S>; actionFor(step: S): Action };`,
  './core/agent.ts': `
    import type { Tools } from './core/tool.ts';
    export type Model = { readonly model: string; next(): string };
    export type Store = { readonly store: string };
    export type Agent<S> = {
      readonly prompt: string; readonly tools: Tools<S>; readonly policy: { rules: S[] };
      readonly model: Model; readonly models?: Readonly<Record<string, Model>>;
      readonly store: Store; context(events: string[]): string[]; now(): number;
      readonly outbox?: { readonly sends: true };
      readonly children?: { readonly has: true }; readonly prefetch?: { readonly fetches: true };
      readonly triggers?: Readonly<Record<string, { readonly path: string }>>;
    };`,
  './channels/outbox.ts':
    'export declare function outbox(how: { people: object; policy: object; ' +
    'channels: Record<string, { readonly channel: string }> }): { readonly sends: true };',
  './channels/people.ts': 'export declare const people: object;',
  './children/children.ts':
    'export declare function children(agents: Record<string, { readonly agent: string }>): ' +
    '{ readonly has: true };',
  './prefetch/prefetch.ts':
    'export declare function prefetch(values: object): { readonly fetches: true };',
  './prefetch/prefetchers.ts': 'export declare const prefetchers: object;',
  './tools.ts': `
    import type { Tools } from './core/tool.ts';
    export type NextStep = { readonly intent: 'done' };
    export declare const tools: Tools<NextStep>;`,
  './policy.ts':
    "import type { NextStep } from './tools.ts';\n" +
    'export declare const policy: { rules: NextStep[] };',
  './prompt.ts': 'export declare const prompt: string;',
  './core/env.ts': 'export {};',
  './core/sanitize.ts':
    'export type Secrets = string[];\nexport declare function secretsIn(env: object): Secrets;',
  './core/context.ts':
    'export declare function contextWindow(how: { ' +
    'secrets: string[] }): (events: string[]) => string[];',
  zod: 'export type infer<S extends { readonly step: unknown }> = S["step"];',
  'node:os': 'export declare function hostname(): string;',
};
