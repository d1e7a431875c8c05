import type { Template, TestChoice } from '../registry/component.ts';
import type { Entries } from '../text/entries.ts';

/** A component and its requester: `you`, `template`, or the component that requires it. */
export type RequestedComponent = { readonly name: string; readonly by: string };

/** The user's request, with every question answered, and the installed components. */
export type Request = {
  /** The project's name in its package.json. */
  readonly name: string;
  /** The folder of the components' files, relative to the root. */
  readonly dir: string;
  /** Undefined if components are copied into an existing repo without a template. */
  readonly template: Template | undefined;
  /** The installed components, in the order in which they were added. */
  readonly installed: readonly RequestedComponent[];
  /** The components to add now. What they require is added too. */
  readonly components: readonly RequestedComponent[];
  /** Exclusive slot to the component that fills it. A missing slot gets a default. */
  readonly slots: Entries;
  /** Components whose models `agent.ts` lists for the policy, besides the one in the slot. */
  readonly models: readonly string[];
  /** The components' tests to copy. */
  readonly tests: TestChoice;
};

/**
 * The action for an owner (a component or the template). `add` and `update` write the registry's
 * version, `keep` leaves the version in the lock, `remove` deletes it.
 */
export type ComponentAction = 'add' | 'update' | 'keep' | 'remove';
