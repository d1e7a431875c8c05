import type { Template } from '../registry/component.ts';

/** Fills a precompiled handlebars template of ours. */
export type Renderer = (context: object) => string;

/** `renderers` holds every `.hbs` file, by its path in the templates' folder; `base` is in each of `offered`. */
export type Templates = {
  readonly base: Template;
  readonly offered: readonly Template[];
  readonly renderers: Readonly<Record<string, Renderer>>;
  readonly read: (from: string) => Promise<string>;
};
