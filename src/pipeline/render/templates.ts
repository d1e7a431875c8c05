import type { Template } from '../registry/component.ts';

/** Fills one of the tool's own precompiled handlebars templates. */
export type Renderer = (context: object) => string;

/** The tool's own templates. */
export type Templates = {
  /** Part of every project. */
  readonly base: Template;
  /** The templates that a user can start from. */
  readonly offered: readonly Template[];
  /** The `.hbs` files, by path in the templates' folder. */
  readonly renderers: Readonly<Record<string, Renderer>>;
  /** Returns the text of a file, by its `from`. */
  readonly read: (from: string) => Promise<string>;
};
