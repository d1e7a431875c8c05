import type { Component, FileRef, Wire } from '../registry/component.ts';
import type { Request } from './request.ts';

/** `by` is `you`, `template`, or the component that requires it. */
export type Picked = { readonly component: Component; readonly by: string };

/** Where a file comes from, and its path from the project's root. */
export type Source = FileRef & { readonly origin: 'registry' | 'templates'; readonly owner: string };

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
  readonly picked: readonly Picked[];
  readonly files: readonly Source[];
  readonly wiring: Wiring;
  /** What the tool chose unasked, as sentences to say aloud. */
  readonly said: readonly string[];
};
