import type { Template } from '../registry/component.ts';
import type { Entries } from '../text/entries.ts';

/** A component's name, and who wants it, as in `Picked`. */
export type RequestedComponent = { readonly name: string; readonly by: string };

/** What the user asked for, with every question answered, and what is there already. */
export type Request = {
  /** The project's name in its package.json. */
  readonly name: string;
  /** Where components' files go, relative to the root. */
  readonly dir: string;
  /** None when components are copied into a repo that exists. */
  readonly template: Template | undefined;
  /** Components that are there, in the order in which they came. */
  readonly installed: readonly RequestedComponent[];
  /** Components asked for now; what they require comes along. */
  readonly components: readonly RequestedComponent[];
  /** The component that is to fill a slot; one without an entry is left to the tool. */
  readonly slots: Entries;
  /** Components whose models `agent.ts` is to list for the policy, but for the one that fills the slot. */
  readonly models: readonly string[];
  /** Whether the project can run the components' tests. */
  readonly tests: boolean;
};

/**
 * What becomes of who owns files, a component or a template: `fresh` and `renewed` ones become what their registry has,
 * `stays` is left as the lock has it, `leaves` is taken out.
 */
export type ComponentAction = 'add' | 'update' | 'keep' | 'remove';
