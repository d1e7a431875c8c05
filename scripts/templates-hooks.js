import { precompile } from './precompile.js';

// Provides virtual:templates to plain Node: the `.hbs` files as functions, as in the bundle.
const url = new URL('virtual-templates.js', import.meta.url).href;

/** @type {import('node:module').ResolveHook} */
export const resolve = async (specifier, context, next) =>
  specifier === 'virtual:templates'
    ? { url, format: 'module', shortCircuit: true, importAttributes: {} }
    : next(specifier, context);

/** @type {import('node:module').LoadHook} */
export const load = async (asked, context, next) =>
  asked === url
    ? { format: 'module', source: precompile(), shortCircuit: true }
    : next(asked, context);
