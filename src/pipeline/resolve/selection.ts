import type { Component, FileRef, Wire } from '../registry/component.ts';
import type { Request } from './request.ts';

/** `by` is `you`, `template`, or the component that requires it. */
export type SelectedComponent = { readonly component: Component; readonly by: string };

/** Where a file comes from, and its path from the project's root. */
export type SelectedFile = FileRef & {
  readonly origin: 'registry' | 'templates';
  readonly owner: string;
};

/** What fills the slots of the rendered files. */
export type Wiring = {
  readonly model: Wire | undefined;
  /** Others that the policy may choose instead. */
  readonly models: readonly Wire[];
  readonly store: Wire | undefined;
  readonly tools: readonly Wire[];
};

/** Components come after what they require. */
export type Selection = {
  readonly request: Request;
  readonly components: readonly SelectedComponent[];
  readonly files: readonly SelectedFile[];
  readonly wiring: Wiring;
  /** What the tool chose unasked, as sentences to say aloud. */
  readonly notes: readonly string[];
};
