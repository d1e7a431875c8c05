/** Every `.hbs` file under `templates/`, precompiled by scripts/precompile.js when we are bundled or tested. */
declare module 'virtual:templates' {
  export const renderers: Readonly<Record<string, (context: object) => string>>;
}
