import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';

const folder = fileURLToPath(new URL('../templates/', import.meta.url));
const id = 'virtual:templates';
const options = { strict: true, noEscape: true, knownHelpersOnly: true };
const access = { allowProtoMethodsByDefault: false, allowProtoPropertiesByDefault: false };

/**
 * Returns the source of a module that exports each `.hbs` file under `templates/` as a function. So
 * the published package does not need the template compiler.
 */
export function precompile() {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.hbs'),
  );
  const entries = names.toSorted().map((name) => {
    const path = name.replaceAll('\\', '/');
    const spec = Handlebars.precompile(readFileSync(join(folder, name), 'utf8'), options);
    return `${JSON.stringify(path)}: fill(Handlebars.template(${String(spec)}))`;
  });
  return `import Handlebars from 'handlebars/runtime.js';
const fill = (template) => (context) => template(context, ${JSON.stringify(access)});
export const renderers = {\n${entries.join(',\n')}\n};\n`;
}

/** The esbuild plugin that provides the module. */
export const esbuildTemplates = {
  name: id,
  setup(/** @type {import('esbuild').PluginBuild} */ build) {
    build.onResolve({ filter: new RegExp(`^${id}$`) }, () => ({ path: id, namespace: id }));
    build.onLoad({ filter: /.*/, namespace: id }, () => ({
      contents: precompile(),
      loader: 'js',
      resolveDir: folder,
    }));
  },
};

/** The vitest plugin that provides the module. */
export const viteTemplates = {
  name: id,
  resolveId: (/** @type {string} */ source) => (source === id ? `\0${id}` : undefined),
  load: (/** @type {string} */ source) => (source === `\0${id}` ? precompile() : undefined),
};
