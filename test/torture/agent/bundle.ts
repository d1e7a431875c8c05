import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles a process of this folder as plain JavaScript, so that it starts fast. @returns its path
 */
export async function bundle(folder: string, name: string): Promise<string> {
  const outdir = join(folder, name);
  await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: ['pg-native', 'pg-cloudflare'],
    logLevel: 'warning',
    banner: {
      js:
        "import { createRequire } from 'node:module'; " +
        'const require = createRequire(import.meta.url);',
    },
  });
  return join(outdir, `${name}.mjs`);
}
