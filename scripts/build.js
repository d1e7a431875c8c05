import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { register } from 'tsx/esm/api';
import { esbuildTemplates } from './precompile.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const homepage = 'https://www.npmjs.com/package/create-12-factor-agent';

await writeRegistry();
await bundle();

/** Checks every manifest and writes them as one `registry.json` in the shadcn format. */
async function writeRegistry() {
  register();
  const { parseComponent } = await import('../src/pipeline/registry/manifest.ts');
  const { checkRegistry } = await import('../src/pipeline/registry/check-registry.ts');
  const { formatRegistry } = await import('../src/pipeline/registry/registry-json.ts');
  const folder = join(root, 'registry/components');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  const parse = async (/** @type {string} */ name) =>
    parseComponent(await readFile(join(folder, name), 'utf8'), `registry/components/${name}`);
  const components = await Promise.all(names.map(parse));
  checkRegistry(components, 'registry/components');
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await writeFile(
    join(root, 'registry/registry.json'),
    formatRegistry(components, { version, homepage }),
  );
}

/** Bundles the tool with its imports. Each command is a chunk that is loaded when it runs. */
async function bundle() {
  const outdir = join(root, 'dist');
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: [join(root, 'src/run-process.ts')],
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // jsonc-parser's CommonJS form requires its parts by names that no bundler can follow.
    mainFields: ['module', 'main'],
    // CommonJS dependencies call require, which an ESM bundle does not have.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    plugins: [esbuildTemplates],
    logLevel: 'warning',
  });
}
