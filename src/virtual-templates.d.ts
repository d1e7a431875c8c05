/**
 * Every `.hbs` file under `templates/`. scripts/precompile.js compiles them for the bundle and for
 * tests.
 */
declare module 'virtual:templates' {
  export const renderers: Readonly<Record<string, (context: object) => string>>;
}
