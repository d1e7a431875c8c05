import type { Component, FileRef, Wire } from '../registry/component.ts';
import type { Request } from './request.ts';

/** `by` is `you`, `template`, or the component that requires it. */
export type SelectedComponent = { readonly component: Component; readonly by: string };

/** A file with the place it comes from and its owner. `to` is relative to the project's root. */
export type SelectedFile = FileRef & {
  readonly origin: 'registry' | 'templates';
  readonly owner: string;
};

/** The wires of the rendered files, by slot. */
export type Wiring = {
  readonly model: Wire | undefined;
  /** Other models that the policy may choose. */
  readonly models: readonly Wire[];
  readonly store: Wire | undefined;
  /** The engine that spreads threads over processes. */
  readonly runner: Wire | undefined;
  /** The code that tells people, by the channels. */
  readonly outbox: readonly Wire[];
  /** Ways to reach people. */
  readonly channels: readonly Wire[];
  /** Ways in from outside. */
  readonly triggers: readonly Wire[];
  /** Agents that have threads of their own. */
  readonly agents: readonly Wire[];
  /** The code that fetches values before the first step. */
  readonly prefetch: readonly Wire[];
  readonly tools: readonly Wire[];
  /** The commands of the terminal. */
  readonly commands: readonly Wire[];
};

/** The resolved components and files of a request. */
export type Selection = {
  readonly request: Request;
  /** Each component comes after the components that it requires. */
  readonly components: readonly SelectedComponent[];
  readonly files: readonly SelectedFile[];
  readonly wiring: Wiring;
  /** Sentences that tell the user which defaults the tool chose. */
  readonly notes: readonly string[];
};
